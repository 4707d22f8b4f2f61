// Arrow keys among buttons: in a row, and in a grid whose columns depend on its width.

/** The next button of the row, around its end. */
export function stepInRow(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const { currentTarget: row, key } = event;
  const isRtl = getComputedStyle(row).direction === 'rtl';
  const by = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
  if (by === 0) return;
  event.preventDefault();
  const buttons = [...row.querySelectorAll('button')];
  const now = buttons.findIndex((button) => button === document.activeElement);
  buttons.at((now + (isRtl ? -by : by)) % buttons.length)?.focus();
}

/** Within the panel's grid; from its first row up to the search. */
export function stepInGrid(event: KeyboardEvent, panel: HTMLElement | null): void {
  const grid = panel?.querySelector<HTMLElement>('.emoji__grid');
  if (panel === null || grid === null || grid === undefined) return;
  const buttons = [...grid.querySelectorAll('button')];
  const now = buttons.findIndex((button) => button === document.activeElement);
  const next = now < 0 ? 0 : nextIndex(event.key, now, buttons, getComputedStyle(grid).direction === 'rtl');
  if (next === undefined) return;
  event.preventDefault();
  if (next < 0) panel.querySelector('input')?.focus();
  else buttons[Math.min(next, buttons.length - 1)]?.focus();
}

function nextIndex(
  key: string,
  now: number,
  buttons: readonly HTMLElement[],
  isRtl: boolean,
): number | undefined {
  const top = buttons[0]?.offsetTop;
  const columns = Math.max(
    1,
    buttons.findIndex(({ offsetTop }) => offsetTop !== top),
  );
  const forward = isRtl ? -1 : 1;
  switch (key) {
    case 'ArrowRight':
      return Math.max(0, now + forward);
    case 'ArrowLeft':
      return Math.max(0, now - forward);
    case 'ArrowDown':
      return now + columns;
    case 'ArrowUp':
      return now - columns;
    case 'Home':
      return 0;
    case 'End':
      return buttons.length - 1;
    default:
      return undefined;
  }
}
