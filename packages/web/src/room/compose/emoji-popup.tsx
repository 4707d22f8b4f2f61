// The emoji panel of the composer: above it, or in the place of the keyboard on phones.

import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect } from 'preact/hooks';
import { mediaMatches } from '../../browser/browser.ts';
import { replaceInField } from '../../browser/field-text.ts';
import { composingTexts } from '../../words/composing.ts';
import { emojiPart } from '../emoji/emoji-loader.ts';
import type { ComposingState } from './composing-state.ts';

type PopupProps = { readonly state: ComposingState; readonly field: RefObject<HTMLTextAreaElement | null> };

const hasKeyboardOnScreen = () => mediaMatches('(pointer: coarse)');

export function EmojiPopup({ state, field }: PopupProps) {
  const close = () => {
    state.open.value = undefined;
  };
  useLayoutEffect(() => {
    emojiPart.want();
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
      <Content onPick={pick} />
    </div>
  );
}

function Content({ onPick }: { readonly onPick: (glyph: string) => void }) {
  const part = emojiPart.loaded.value;
  if (part !== undefined) return <part.EmojiPanel onPick={onPick} focuses={!hasKeyboardOnScreen()} />;
  if (!emojiPart.isMissing.value) return null;
  return (
    <p role="alert">
      {composingTexts.emojiMissing}{' '}
      <button class="link-button" type="button" onClick={() => emojiPart.want()}>
        {composingTexts.tryAgain}
      </button>
    </p>
  );
}
