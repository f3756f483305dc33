// A layer of deck.gl that draws each photo as one point of WebGL. deck.gl's own layers draw each as
// a square of its own, for which a machine without a graphics card takes ten times as long:
// docs/decisions/photo-map.md.

// Of a shape, how far a place is outside of it (negative: inside); -1 to 1 each way, y downwards.
const SHAPES = `
float outside(vec2 at, int form) {
  vec2 side = abs(at);
  if (form == 0) return length(at) - 0.86;
  if (form == 1) return max(side.x, side.y) - 0.76;
  if (form == 2) return max((1.75 * side.x - 0.95 * (at.y + 0.95)) / 1.991, at.y - 0.8);
  return (side.x + side.y - 0.98) * 0.7071;
}`;
const VERTEX = `#version 300 es
#define SHADER_NAME photo-vertex
in vec2 places;
in vec4 colours;
in float sizes;
in float shapes;
out vec4 colour;
flat out int shape;
flat out float blur;
void main() {
  gl_Position = project_position_to_clipspace(vec3(places, 0.0), vec3(0.0), vec3(0.0));
  gl_PointSize = sizes;
  colour = colours;
  shape = int(shapes);
  blur = 1.0 / sizes;
}`;
const FRAGMENT = `#version 300 es
#define SHADER_NAME photo-fragment
precision highp float;
in vec4 colour;
flat in int shape;
flat in float blur;
out vec4 fragColor;
${SHAPES}
void main() {
  if (colour.a == 0.0) discard;
  float far = outside(2.0 * gl_PointCoord - 1.0, shape % 4);
  float alpha = 1.0 - smoothstep(-blur, blur, far);
  if (shape >= 4) alpha *= smoothstep(-0.36 - blur, -0.36 + blur, far);
  if (alpha == 0.0) discard;
  fragColor = vec4(colour.rgb, colour.a * alpha);
}`;
const LAYOUT = [
  { name: "places", format: "float32x2" },
  { name: "colours", format: "unorm8x4" },
  { name: "sizes", format: "float32" },
  { name: "shapes", format: "float32" },
];

/**
 * What each point is: x and y, red, green, blue and strength, pixels, and 0 to 3, or 4 to 7 for
 * the same shapes hollow.
 * @typedef {{ places: Float32Array, colours: Uint8Array, sizes: Float32Array, shapes: Float32Array }} Values
 */

/**
 * The class, once deck.gl is there. Its layers have one property of their own, `values`.
 * @param {any} deck
 * @param {any} luma
 */
export function photoLayer(deck, luma) {
  return class PhotoLayer extends deck.Layer {
    static layerName = "PhotoLayer";

    getShaders() {
      return super.getShaders({ vs: VERTEX, fs: FRAGMENT, modules: [deck.project32] });
    }

    initializeState() {
      this.setState({ model: null, buffers: {} });
    }

    /** @param {{ props: { values: Values } }} change */
    updateState({ props: { values } }) {
      const { model, buffers } = this.state;
      if (model?.vertexCount === values.sizes.length) {
        for (const [name, numbers] of Object.entries(values)) buffers[name].write(numbers);
        this.setNeedsRedraw();
      } else {
        this.forget();
        this.setState(this.made(values));
      }
    }

    /** @param {Values} values */
    made(values) {
      const { device } = this.context;
      const buffers = Object.fromEntries(
        Object.entries(values).map(([name, data]) => [name, device.createBuffer({ data })]),
      );
      const model = new luma.Model(device, {
        ...this.getShaders(),
        id: this.props.id,
        topology: "point-list",
        isInstanced: false,
        vertexCount: values.sizes.length,
        attributes: buffers,
        bufferLayout: LAYOUT,
      });
      return { model, buffers };
    }

    draw() {
      this.state.model?.draw(this.context.renderPass);
    }

    /** @param {any} context */
    finalizeState(context) {
      super.finalizeState(context);
      this.forget();
    }

    forget() {
      this.state.model?.destroy();
      for (const buffer of Object.values(this.state.buffers)) buffer.destroy();
    }
  };
}
