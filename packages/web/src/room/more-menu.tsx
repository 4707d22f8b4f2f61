// A button with a menu. Arrow keys move in it; Esc or a press elsewhere closes it and returns the focus to the button.

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { roomTexts } from '../words/room.ts';
import { Icon, type IconName } from '../ui/icon.tsx';

export type MenuItem = {
  readonly icon: IconName;
  readonly text: string;
  readonly onChoose: () => void;
  readonly disabled?: boolean;
  /** What to press instead. */
  readonly keys?: string;
};

export function MoreMenu({ items }: { readonly items: readonly MenuItem[] }) {
  const [open, setOpen] = useState(false);
  const whole = useRef<HTMLSpanElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const closeFor = (to: EventTarget | null) => {
    if (to instanceof Node && whole.current?.contains(to) === false) setOpen(false);
  };
  useEffect(() => {
    if (!open) return undefined;
    const press = ({ target }: Event) => closeFor(target);
    document.addEventListener('pointerdown', press);
    return () => document.removeEventListener('pointerdown', press);
  }, [open]);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    // In Safari a pressed button takes no focus, so focus may go nowhere; that must not close the menu.
    <span class="menu-anchor" ref={whole} onFocusOut={({ relatedTarget }) => closeFor(relatedTarget)}>
      <button
        class="icon-button"
        type="button"
        ref={button}
        aria-label={roomTexts.more}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Icon name="dots" />
      </button>
      {open && <Menu items={items} onClose={close} />}
    </span>
  );
}

type MenuProps = { readonly items: readonly MenuItem[]; readonly onClose: () => void };

function Menu({ items, onClose }: MenuProps) {
  const menu = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => focusItem(menu.current, 0), []);
  return (
    <div
      class="menu menu--open"
      role="menu"
      aria-label={roomTexts.menu}
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
