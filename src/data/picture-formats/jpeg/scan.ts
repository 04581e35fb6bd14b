import { ByteReader } from "../bytes.ts";
import { type Component, type Frame, type Tables, zigzag } from "./frame.ts";
import { BitReader, type HuffmanTable } from "./huffman.ts";
import { Irregular } from "./irregular.ts";

/** One component's part in a scan. */
interface Part {
  readonly component: Component;
  readonly dc?: HuffmanTable;
  readonly ac?: HuffmanTable;
  /** The last DC value; differences are coded. */
  predicted: number;
}

/** A scan's spectral band and the bits of it that it brings (T.81, G.1.1). */
interface Band {
  readonly start: number;
  readonly end: number;
  /** The bit position that was known before; 0 in a first pass. */
  readonly high: number;
  /** The bit position that is known after this scan. */
  readonly low: number;
}

/**
 * Decodes one scan into the coefficients of its components, baseline or progressive.
 *
 * Source: ITU-T T.81, Annexes F and G.
 *
 * @param start of the scan header's content
 * @returns where the entropy-coded data ends
 */
export function decodeScan(
  bytes: Uint8Array,
  start: number,
  length: number,
  frame: Frame,
  tables: Tables,
): number {
  const reader = new ByteReader(bytes, "big");
  const count = reader.u8(start);
  const parts: Part[] = [];
  for (let i = 0; i < count; i++) {
    const at = start + 1 + 2 * i;
    const component = frame.components.find(({ id }) => id === reader.u8(at));
    const selectors = reader.u8(at + 1);
    if (!component) throw new Irregular("a scan of an unknown component");
    const [dc, ac] = [tables.dc[selectors >> 4], tables.ac[selectors & 15]];
    parts.push({ component, predicted: 0, ...(dc && { dc }), ...(ac && { ac }) });
  }
  const at = start + 1 + 2 * count;
  const approximation = reader.u8(at + 2);
  const band: Band = {
    start: reader.u8(at),
    end: reader.u8(at + 1),
    high: approximation >> 4,
    low: approximation & 15,
  };
  if (length !== 4 + 2 * count || count < 1 || count > 4) throw new Irregular("a cut scan header");
  checkBand(band, parts, frame.progressive);
  const bits = new BitReader(bytes, start + length);
  const decode = frame.progressive ? progressiveBlock(band, bits) : baselineBlock(bits);
  const single = parts.length === 1 ? parts[0]!.component : undefined;
  const [wide, high] = single
    ? [single.blocksWide, single.blocksHigh]
    : [frame.unitsWide, frame.unitsHigh];
  let [left, restarts] = [tables.restartInterval, 0];
  for (let y = 0; y < high; y++)
    for (let x = 0; x < wide; x++) {
      if (tables.restartInterval > 0 && left-- === 0) {
        bits.restart(restarts++ % 8);
        for (const part of parts) part.predicted = 0;
        decode.restart();
        left = tables.restartInterval - 1;
      }
      if (single) decode.block(parts[0]!, (y * single.stride + x) * 64);
      else
        for (const part of parts) {
          const { h, v, stride } = part.component;
          for (let row = 0; row < v; row++)
            for (let column = 0; column < h; column++)
              decode.block(part, ((y * v + row) * stride + x * h + column) * 64);
        }
    }
  return bits.position;
}

function checkBand(band: Band, parts: readonly Part[], progressive: boolean): void {
  const { start, end, high, low } = band;
  const whole = start === 0 && end === 63 && high === 0 && low === 0;
  const fits = progressive
    ? end >= start && end < 64 && (start === 0 ? end === 0 : parts.length === 1) && low < 14
    : whole;
  const needsDc = start === 0 && high === 0;
  const needsAc = !progressive || start > 0;
  if (!fits || (high > 0 && high !== low + 1)) throw new Irregular("a scan of another kind");
  if (parts.some(({ dc, ac }) => (needsDc && !dc) || (needsAc && !ac)))
    throw new Irregular("a missing Huffman table");
}

interface BlockDecoder {
  /** Decodes a block into the component's coefficients from `offset` on. */
  block(part: Part, offset: number): void;
  restart(): void;
}

function baselineBlock(bits: BitReader): BlockDecoder {
  return {
    restart: () => undefined,
    block(part, offset) {
      const { coefficients } = part.component;
      const size = bits.symbol(part.dc!);
      if (size > 0) part.predicted += bits.signed(size);
      coefficients[offset] = part.predicted;
      for (let k = 1; k < 64; k++) {
        const symbol = bits.symbol(part.ac!);
        const valueSize = symbol & 15;
        k += symbol >> 4;
        if (valueSize === 0) {
          if (symbol !== 0xf0) return;
          continue;
        }
        if (k > 63) throw new Irregular("coefficients beyond a block");
        coefficients[offset + zigzag[k]!] = bits.signed(valueSize);
      }
    },
  };
}

function progressiveBlock({ start, end, high, low }: Band, bits: BitReader): BlockDecoder {
  // Blocks whose band is known to be empty from here on.
  let run = 0;
  const restart = () => {
    run = 0;
  };
  if (start === 0)
    return {
      restart,
      block(part, offset) {
        const { coefficients } = part.component;
        if (high > 0) {
          coefficients[offset]! |= bits.read(1) << low;
          return;
        }
        const size = bits.symbol(part.dc!);
        if (size > 0) part.predicted += bits.signed(size);
        coefficients[offset] = part.predicted << low;
      },
    };
  if (high === 0)
    return {
      restart,
      block(part, offset) {
        if (run > 0) {
          run--;
          return;
        }
        const { coefficients } = part.component;
        for (let k = start; k <= end; k++) {
          const symbol = bits.symbol(part.ac!);
          const [zeros, size] = [symbol >> 4, symbol & 15];
          if (size === 0) {
            if (zeros < 15) {
              run = (1 << zeros) - 1 + bits.read(zeros);
              return;
            }
            k += 15;
            continue;
          }
          k += zeros;
          if (k > 63) throw new Irregular("coefficients beyond a block");
          coefficients[offset + zigzag[k]!] = bits.signed(size) << low;
        }
      },
    };
  return {
    restart,
    block(part, offset) {
      const { coefficients } = part.component;
      const bit = 1 << low;
      // Coefficients that are known to be there get one more bit each.
      const refine = (at: number) => {
        const value = coefficients[at]!;
        if (bits.read(1) && (value & bit) === 0)
          coefficients[at] = value + (value > 0 ? bit : -bit);
      };
      let k = start;
      if (run === 0)
        for (; k <= end; k++) {
          const symbol = bits.symbol(part.ac!);
          let zeros = symbol >> 4;
          const size = symbol & 15;
          let value = 0;
          if (size > 0) value = bits.read(1) ? bit : -bit;
          else if (zeros < 15) {
            run = (1 << zeros) + bits.read(zeros);
            break;
          }
          for (; k <= end; k++) {
            const at = offset + zigzag[k]!;
            if (coefficients[at] !== 0) refine(at);
            else if (--zeros < 0) break;
          }
          if (value !== 0) {
            if (k > end) throw new Irregular("coefficients beyond a band");
            coefficients[offset + zigzag[k]!] = value;
          }
        }
      if (run > 0) {
        for (; k <= end; k++) {
          const at = offset + zigzag[k]!;
          if (coefficients[at] !== 0) refine(at);
        }
        run--;
      }
    },
  };
}
