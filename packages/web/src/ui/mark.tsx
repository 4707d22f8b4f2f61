// The mark: a mayfly's two wings, and the dashed outline they leave behind.

const FORE_WING = 'M4 28.5C4.6 17.2 12.4 5.5 27.3 2.2c1-.2 1.9.6 1.7 1.6C27.8 13.7 21.5 22.6 4 28.5Z';
const HIND_WING = 'M4 28.5c7-5.6 14.7-8.3 22.3-7.5 1 .1 1.5 1.2.9 2C23.5 28 14.6 31 4 28.5Z';
const VEINS = 'M4 28.5C9 19.5 16 11.3 24.8 5.9M4 28.5c6.3-5.7 13.3-10.6 20.3-13.9';

/** The shapes of `Mark` and `Ghost`. Rendered once on the page. */
export function MarkSprite() {
  return (
    <svg class="sprite" aria-hidden="true">
      <defs>
        <linearGradient id="mark-wing" x1="4" y1="30" x2="29" y2="2" gradientUnits="userSpaceOnUse">
          <stop class="mark-stop-a" offset="0" />
          <stop class="mark-stop-b" offset=".52" />
          <stop class="mark-stop-c" offset="1" />
        </linearGradient>
      </defs>
      <symbol id="mark" viewBox="0 0 32 32">
        <path d={FORE_WING} fill="url(#mark-wing)" fill-opacity=".88" />
        <path d={HIND_WING} fill="url(#mark-wing)" fill-opacity=".5" />
        <path d={VEINS} fill="none" stroke="#fff" stroke-opacity=".62" stroke-linecap="round" />
      </symbol>
      <symbol id="ghost" viewBox="0 0 32 32">
        <path
          d={FORE_WING + HIND_WING}
          fill="none"
          stroke="url(#mark-wing)"
          stroke-width="1.1"
          stroke-linecap="round"
          stroke-dasharray="1.6 2.2"
        />
      </symbol>
    </svg>
  );
}

export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <use href="#mark" />
    </svg>
  );
}

/** For a room that has ended. */
export function Ghost() {
  return (
    <svg class="single-card__wing" viewBox="0 0 32 32" aria-hidden="true">
      <use href="#ghost" />
    </svg>
  );
}
