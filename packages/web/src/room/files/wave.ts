// The loudness of a recording over its time: what its message says of it, and the bars that are drawn.

/** What a message takes (BODY-4). */
const WAVE_BYTES = 64;
const BARS = 40;
/** Of a silent moment. */
const BAR_MIN = 0.09;

/** `levels`: from 0 to 1, evenly spaced. The loudest moment of each part is 255. */
export function waveOf(levels: readonly number[]): Uint8Array {
  const parts = inParts(levels, Math.min(WAVE_BYTES, levels.length));
  const most = Math.max(...parts, Number.EPSILON);
  return Uint8Array.from(parts, (level) => Math.round((255 * level) / most));
}

/** Heights from 0 to 1; of silence if there is nothing to go by. */
export function barsOf(wave: ArrayLike<number> = []): readonly number[] {
  const heights = Array.from(wave, (level) => level / 255);
  return inParts(heights.length === 0 ? [0] : heights, BARS).map((height) =>
    Math.max(BAR_MIN, Math.min(1, height)),
  );
}

/** The newest bars of a recording that goes on, the last one at the end. */
export function liveBars(levels: readonly number[]): readonly number[] {
  const newest = levels.slice(-BARS);
  const before = Array.from({ length: BARS - newest.length }, () => 0);
  // Speech seldom fills the range.
  return [...before, ...newest].map((level) => Math.max(BAR_MIN, Math.min(1, 2 * level)));
}

/** The most of each of `count` parts of the same length. */
function inParts(levels: readonly number[], count: number): readonly number[] {
  return Array.from({ length: count }, (_, part) => {
    const from = Math.floor((part * levels.length) / count);
    const to = Math.max(from + 1, Math.floor(((part + 1) * levels.length) / count));
    return Math.max(0, ...levels.slice(from, to));
  });
}
