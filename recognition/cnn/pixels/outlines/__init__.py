"""What a photo's bytes say of it before anything is decoded, so that what would take too much is
refused in milliseconds.

Each format has a module with `outline(data)`: it looks at headers and at how many parts there are,
never at pixels, and in a number of steps that is bounded whatever the bytes say.
"""
