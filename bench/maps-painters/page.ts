// Two painters of the same maps while they scroll by: bands on 2D canvases, as the page has them, and one WebGL2 context.
import { canvasColors, paintMaps } from "../../app/components/paint-maps.ts";
import {
  bandAt,
  bandsOf,
  cornerOf,
  layoutGrid,
  rowStep,
  sheetHeight,
} from "../../app/components/places.ts";

const [count, side, width, height] = [2048, 32, 264, 560];
const values = new Float32Array(count * side * side);
for (let i = 0; i < values.length; i++) values[i] = Math.sin(i * 0.011) + Math.sin(i * 0.37);
const table = Uint8Array.from({ length: 768 }, (_, i) => (i % 3) * 60 + i / 6);
const layout = layoutGrid({ width, height }, count, { width: side, height: side }, 40);

interface Painter {
  /** Shows what is in sight. */
  show(top: number): void;
}

function scroller(): { frame: HTMLElement; sheet: HTMLElement } {
  document.body.replaceChildren();
  const [frame, sheet] = [document.createElement("div"), document.createElement("div")];
  frame.style.cssText = `position:relative;width:${width}px;height:${height}px;overflow:hidden auto`;
  sheet.style.cssText = `position:relative;height:${sheetHeight(layout, count)}px`;
  frame.append(sheet);
  document.body.append(frame);
  return { frame, sheet };
}

function bands(sheet: HTMLElement): Painter {
  const all = bandsOf(layout, count);
  const colors = canvasColors(table);
  const shown = new Map<number, HTMLCanvasElement>();
  return {
    show(top) {
      const [first, last] = [bandAt(layout, top - 200), bandAt(layout, top + height + 200)];
      for (const [i, canvas] of shown)
        if (i < first || i > last) {
          canvas.remove();
          shown.delete(i);
        }
      for (const band of all.slice(first, last + 1)) {
        if (shown.has(band.index)) continue;
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [width, band.height];
        canvas.style.cssText = `position:absolute;left:0;top:${band.top}px`;
        const context = canvas.getContext("2d")!;
        const image = context.createImageData(width, band.height);
        const tiles = Array.from({ length: band.last - band.first }, (_, i) => {
          const [x, y] = cornerOf(layout, band.first + i);
          const size = { width: layout.width, height: layout.height };
          return { channel: band.first + i, x, y: y - band.top, ...size, low: -2, high: 2 };
        });
        const pixels = new Uint32Array(image.data.buffer);
        paintMaps(pixels, width, { values, width: side, height: side }, tiles, colors);
        context.putImageData(image, 0, 0);
        sheet.append(canvas);
        shown.set(band.index, canvas);
      }
    },
  };
}

const vertex = `#version 300 es
uniform vec2 view; uniform vec4 grid; uniform float top; uniform int first;
out vec2 at; flat out int map;
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  map = first + gl_InstanceID;
  vec2 cell = vec2(map % int(grid.x), map / int(grid.x)) * grid.zw;
  vec2 place = cell + corner * grid.y - vec2(0.0, top);
  at = corner * ${side}.0;
  gl_Position = vec4(place / view * vec2(2, -2) + vec2(-1, 1), 0, 1);
}`;
const fragment = `#version 300 es
precision highp float; precision highp sampler2DArray;
uniform sampler2DArray maps; uniform sampler2D colors;
in vec2 at; flat in int map; out vec4 color;
void main() {
  float value = texelFetch(maps, ivec3(min(ivec2(at), ivec2(${side - 1})), map), 0).r;
  color = texture(colors, vec2((value + 2.0) / 4.0, 0.5));
}`;

function webgl(sheet: HTMLElement): Painter {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  canvas.style.cssText = "position:sticky;top:0;display:block";
  sheet.append(canvas);
  const gl = canvas.getContext("webgl2")!;
  const program = gl.createProgram();
  for (const [kind, text] of [
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ] as const) {
    const shader = gl.createShader(kind)!;
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  gl.useProgram(program);
  const uniform = (name: string) => gl.getUniformLocation(program, name);
  gl.activeTexture(gl.TEXTURE0);
  gl.bindTexture(gl.TEXTURE_2D_ARRAY, gl.createTexture());
  gl.texImage3D(gl.TEXTURE_2D_ARRAY, 0, gl.R32F, side, side, count, 0, gl.RED, gl.FLOAT, values);
  nearest(gl, gl.TEXTURE_2D_ARRAY);
  gl.activeTexture(gl.TEXTURE1);
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB, 256, 1, 0, gl.RGB, gl.UNSIGNED_BYTE, table);
  nearest(gl, gl.TEXTURE_2D);
  gl.uniform1i(uniform("maps"), 0);
  gl.uniform1i(uniform("colors"), 1);
  gl.uniform2f(uniform("view"), width, height);
  const { columns, width: tile, gap } = layout;
  gl.uniform4f(uniform("grid"), columns, tile, tile + gap, rowStep(layout));
  const [top, first] = [uniform("top"), uniform("first")];
  return {
    show(y) {
      const from = Math.floor(y / rowStep(layout)) * columns;
      const rows = Math.ceil(height / rowStep(layout)) + 1;
      gl.clear(gl.COLOR_BUFFER_BIT);
      gl.uniform1f(top, y);
      gl.uniform1i(first, from);
      gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, Math.min(count - from, rows * columns));
    },
  };
}

function nearest(gl: WebGL2RenderingContext, target: number): void {
  for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
    gl.texParameteri(target, filter, gl.NEAREST);
}

export interface Measured {
  readonly first: number;
  readonly script: readonly number[];
  readonly frames: readonly number[];
}

/** Milliseconds of script until the maps are there, of script a frame, and from frame to frame, scrolling 40 pixels each. */
async function measure(name: "bands" | "webgl"): Promise<Measured> {
  const { frame, sheet } = scroller();
  const begun = performance.now();
  const painter = name === "bands" ? bands(sheet) : webgl(sheet);
  painter.show(0);
  const first = performance.now() - begun;
  const [script, frames]: [number[], number[]] = [[], []];
  let last = await new Promise<number>(requestAnimationFrame);
  for (let i = 0; i < 180; i++) {
    frame.scrollTop += 40;
    const from = performance.now();
    painter.show(frame.scrollTop);
    script.push(performance.now() - from);
    const now = await new Promise<number>(requestAnimationFrame);
    frames.push(now - last);
    last = now;
  }
  return { first, script, frames };
}

Object.assign(globalThis, { measure });
