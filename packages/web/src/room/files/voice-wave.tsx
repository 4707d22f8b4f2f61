// Loudness as bars, those that were played in another color.

const STEP = 5;
const HEIGHT = 32;

type WaveProps = {
  /** Heights from 0 to 1. */
  readonly bars: readonly number[];
  /** How much of it: from 0 to 1. */
  readonly played: number;
};

export function Wave({ bars, played }: WaveProps) {
  return (
    <svg
      class="wave"
      viewBox={`0 0 ${bars.length * STEP} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {bars.map((bar, index) => (
        <rect
          key={index}
          class={index < played * bars.length ? 'wave__played' : undefined}
          x={index * STEP + 1}
          y={((1 - bar) * HEIGHT) / 2}
          width={STEP - 2}
          height={bar * HEIGHT}
          rx={1.5}
        />
      ))}
    </svg>
  );
}
