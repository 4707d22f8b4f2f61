// The emoji panel, or why it isn't there.

import { useEffect } from 'preact/hooks';
import { mediaMatches } from '../../browser/browser.ts';
import { roomTexts } from '../../words/room.ts';
import { emojiPart } from './emoji-loader.ts';

/** There the search would bring up a keyboard, which covers the panel. */
export const hasKeyboardOnScreen = () => mediaMatches('(pointer: coarse)');

/** Nothing while it loads. */
export function EmojiPlace({ onPick }: { readonly onPick: (glyph: string) => void }) {
  useEffect(() => emojiPart.want(), []);
  const part = emojiPart.loaded.value;
  if (part !== undefined) return <part.EmojiPanel onPick={onPick} focuses={!hasKeyboardOnScreen()} />;
  if (!emojiPart.isMissing.value) return null;
  return (
    <p class="emoji-missing" role="alert">
      {roomTexts.partMissingLead}{' '}
      <button class="link-button" type="button" onClick={() => emojiPart.want()}>
        {roomTexts.tryAgain}
      </button>
    </p>
  );
}
