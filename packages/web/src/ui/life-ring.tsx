// How much of a room's life is left. Ring and mark fade together.

type LifeRingProps = {
  /** 0 to 1. */
  readonly left: number;
  readonly large?: boolean;
};

/** Always beside the time in words, so it has no accessible name. */
export function LifeRing({ left, large = false }: LifeRingProps) {
  return (
    <svg class={`ring${large ? ' ring--large' : ''}`} viewBox="0 0 44 44" aria-hidden="true">
      <circle class="ring__track" cx="22" cy="22" r="19.5" />
      <circle
        class="ring__life"
        cx="22"
        cy="22"
        r="19.5"
        pathLength="100"
        stroke-dasharray="100"
        stroke-dashoffset={100 - 100 * left}
      />
      <svg x="11" y="11" width="22" height="22" viewBox="0 0 32 32" opacity={0.35 + 0.65 * left}>
        <use href="#mark" />
      </svg>
    </svg>
  );
}
