// The emoji panel of the composer: above it, or in the place of the keyboard on phones.

import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect } from 'preact/hooks';
import { replaceInField } from '../../browser/field-text.ts';
import { composingTexts } from '../../words/composing.ts';
import { EmojiPlace, hasKeyboardOnScreen } from '../emoji/emoji-place.tsx';
import type { ComposingState } from './composing-state.ts';

type PopupProps = { readonly state: ComposingState; readonly field: RefObject<HTMLTextAreaElement | null> };

export function EmojiPopup({ state, field }: PopupProps) {
  const close = () => {
    state.open.value = undefined;
  };
  useLayoutEffect(() => {
    if (hasKeyboardOnScreen()) field.current?.blur();
  }, []);
  useEffect(() => {
    const press = ({ target }: Event) => {
      if (target instanceof Node && field.current?.form?.contains(target) === false) close();
    };
    document.addEventListener('pointerdown', press);
    return () => document.removeEventListener('pointerdown', press);
  }, []);
  const pick = (glyph: string) => {
    if (field.current === null) return;
    replaceInField(field.current, field.current.selectionStart, field.current.selectionEnd, glyph);
    if (hasKeyboardOnScreen()) return;
    close();
    field.current.focus();
  };
  return (
    <div
      class="emoji-popup"
      role="dialog"
      aria-label={composingTexts.emoji}
      onKeyDown={(event) => {
        // Page keys scroll the emoji, not the messages.
        if (event.key.startsWith('Page')) event.stopPropagation();
        if (event.key !== 'Escape') return;
        close();
        field.current?.focus();
      }}
    >
      <EmojiPlace onPick={pick} />
    </div>
  );
}
