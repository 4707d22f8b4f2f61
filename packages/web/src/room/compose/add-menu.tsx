// The composer’s + menu: files and polls. On narrow screens it also has the buttons that wide ones show beside the field.

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon, type IconName, Stroke } from '../../ui/icon.tsx';
import { composingTexts } from '../../words/composing.ts';
import type { RoomView } from '../model/room-view.ts';
import { type ComposingState, composingOf } from './composing-state.ts';
import { HELP, POLL } from './strokes.ts';

type AddProps = { readonly view: RoomView };

type Item = {
  readonly icon: IconName | 'poll' | 'help';
  readonly text: string;
  /** On others it has a button of its own. */
  readonly isForNarrow?: boolean;
  readonly run: () => void;
};

export function AddMenu({ view }: AddProps) {
  const [isOpen, setOpen] = useState(false);
  const whole = useRef<HTMLSpanElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const closeFor = (to: EventTarget | null) => {
    if (to instanceof Node && whole.current?.contains(to) === false) setOpen(false);
  };
  useEffect(() => {
    if (!isOpen) return undefined;
    const press = ({ target }: Event) => closeFor(target);
    document.addEventListener('pointerdown', press);
    return () => document.removeEventListener('pointerdown', press);
  }, [isOpen]);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    <span class="add" ref={whole} onFocusOut={({ relatedTarget }) => closeFor(relatedTarget)}>
      {view.takesFiles.value && (
        <input
          type="file"
          multiple
          hidden
          ref={picker}
          onChange={({ currentTarget }) => {
            view.attach(currentTarget.files);
            currentTarget.value = '';
          }}
        />
      )}
      <button
        class="icon-button"
        type="button"
        ref={button}
        aria-label={composingTexts.add}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="plus" />
      </button>
      {isOpen && (
        <Items items={itemsOf(view, composingOf(view), () => picker.current?.click())} onClose={close} />
      )}
    </span>
  );
}

function itemsOf(view: RoomView, state: ComposingState, pick: () => void): readonly Item[] {
  const opens = (what: 'timer' | 'formatting') => () => {
    state.open.value = what;
  };
  return [
    ...(view.takesFiles.value ? [{ icon: 'file', text: composingTexts.attach, run: pick } as const] : []),
    { icon: 'poll', text: composingTexts.poll, run: () => state.openPoll('') },
    { icon: 'clock', text: composingTexts.timer, isForNarrow: true, run: opens('timer') },
    { icon: 'help', text: composingTexts.formatting, isForNarrow: true, run: opens('formatting') },
  ];
}

type ItemsProps = { readonly items: readonly Item[]; readonly onClose: () => void };

function Items({ items, onClose }: ItemsProps) {
  const menu = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => menu.current?.querySelector('button')?.focus(), []);
  return (
    <div
      class="add__menu"
      role="menu"
      aria-label={composingTexts.add}
      ref={menu}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
        const step = STEPS.get(event.key);
        if (step === undefined) return;
        event.preventDefault();
        focusNext(event.currentTarget, step);
      }}
    >
      {items.map(({ icon, text, isForNarrow = false, run }) => (
        <button
          class={isForNarrow ? 'btn narrow-only' : 'btn'}
          type="button"
          role="menuitem"
          key={icon}
          onClick={() => {
            // The button first: a dialog returns the focus to it.
            onClose();
            run();
          }}
        >
          {icon === 'poll' || icon === 'help' ? <Stroke path={STROKES[icon]} /> : <Icon name={icon} />}
          {text}
        </button>
      ))}
    </div>
  );
}

const STROKES = { poll: POLL, help: HELP } as const;

const STEPS: ReadonlyMap<string, 1 | -1> = new Map([
  ['ArrowDown', 1],
  ['ArrowUp', -1],
]);

/** Around the ends, among those that are shown. */
function focusNext(menu: HTMLElement, step: 1 | -1): void {
  const shown = [...menu.querySelectorAll('button')].filter((one) => one.getClientRects().length > 0);
  const now = shown.findIndex((one) => one === document.activeElement);
  shown[(now + step + shown.length) % shown.length]?.focus();
}
