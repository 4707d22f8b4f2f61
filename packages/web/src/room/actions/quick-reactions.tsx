// Six emoji to react with; one's own is pressed.

import type { Message } from '@mayfly/client';
import { Icon } from '../../ui/icon.tsx';
import { talkTexts } from '../../words/talk.ts';
import type { RoomView } from '../model/room-view.ts';

const QUICK = ['👍', '❤️', '😂', '😮', '😢', '🙏'] as const;

type QuickReactionsProps = {
  readonly message: Message;
  readonly view: RoomView;
  readonly onDone: () => void;
  readonly onMore: () => void;
};

export function QuickReactions({ message, view, onDone, onMore }: QuickReactionsProps) {
  const own = message.reactions.find((reaction) => reaction.own)?.emoji;
  return (
    <div class="quick-reactions" role="group" aria-label={talkTexts.react}>
      {QUICK.map((emoji) => (
        <button
          class="icon-button"
          type="button"
          key={emoji}
          aria-pressed={emoji === own}
          aria-label={emoji === own ? talkTexts.takeBack(emoji) : talkTexts.reactWith(emoji)}
          onClick={() => {
            onDone();
            view.react(message.key, emoji);
          }}
        >
          {emoji}
        </button>
      ))}
      <button
        class="icon-button"
        type="button"
        aria-label={talkTexts.moreEmoji}
        title={talkTexts.moreEmoji}
        onClick={onMore}
      >
        <Icon name="plus" />
      </button>
    </div>
  );
}
