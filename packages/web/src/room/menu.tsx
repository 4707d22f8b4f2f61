// A menu. Arrow keys move in it, Esc closes it.

import { useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from '../ui/icon.tsx';
import { panelTexts } from '../words/panels.ts';
import type { MenuItem } from './more-menu.tsx';

type MenuProps = { readonly items: readonly MenuItem[]; readonly onClose: () => void };

export function Menu({ items, onClose }: MenuProps) {
  const menu = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => focusItem(menu.current, 0), []);
  return (
    <div
      class="menu menu--open"
      role="menu"
      aria-label={panelTexts.menu}
      ref={menu}
      // Keeps the focus, and with it the keys, after a press on a disabled item.
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
        const step = STEPS.get(event.key);
        if (step === undefined) return;
        event.preventDefault();
        focusItem(event.currentTarget, step);
      }}
    >
      {items.map(({ icon, text, onChoose, disabled, keys }) => (
        <button
          class="btn"
          type="button"
          role="menuitem"
          key={icon}
          aria-disabled={disabled}
          onClick={() => {
            if (disabled) return;
            // Focus the button first: a dialog returns the focus to it.
            onClose();
            onChoose();
          }}
        >
          <Icon name={icon} />
          <span>{text}</span>
          {keys !== undefined && <kbd>{keys}</kbd>}
        </button>
      ))}
    </div>
  );
}

const STEPS: ReadonlyMap<string, number> = new Map([
  ['ArrowDown', 1],
  ['ArrowUp', -1],
  ['Home', -Infinity],
  ['End', Infinity],
]);

/** Steps from the focused item, or from before the first, wrapping around. */
function focusItem(menu: HTMLElement | null, step: number): void {
  const items = [...(menu?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
  const now = items.findIndex((item) => item === document.activeElement);
  const wanted = Number.isFinite(step) ? (Math.max(now, 0) + step + items.length) % items.length : step;
  items.at(wanted === -Infinity ? 0 : wanted === Infinity ? -1 : wanted)?.focus();
}
