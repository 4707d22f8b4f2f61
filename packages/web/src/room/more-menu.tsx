// A button with a menu. Esc or a press elsewhere closes it and returns the focus to the button.

import { useEffect, useRef, useState } from 'preact/hooks';
import { roomTexts } from '../words/room.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import { Later } from './later.tsx';
import { panels } from './later-parts.ts';

export type MenuItem = {
  readonly icon: IconName;
  readonly text: string;
  readonly onChoose: () => void;
  readonly disabled?: boolean;
  /** Can be chosen even if the menu couldn't be loaded. */
  readonly isUrgent?: boolean;
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
      {open && (
        <Later part={panels} onClose={close} instead={urgentOf(items, close)}>
          {({ Menu }) => <Menu items={items} onClose={close} />}
        </Later>
      )}
    </span>
  );
}

function urgentOf(items: readonly MenuItem[], close: () => void) {
  return items
    .filter(({ isUrgent }) => isUrgent)
    .map(({ icon, text, onChoose }) => (
      <button
        class="btn btn--secondary"
        type="button"
        key={icon}
        onClick={() => {
          close();
          onChoose();
        }}
      >
        {text}
      </button>
    ));
}
