// The laboratory's third bench: six ideas that networks are built of.
import "./inception.js";
import "./residual.js";
import "./dense.js";
import "./dilation.js";
import "./pyramid.js";
import "./simam.js";
