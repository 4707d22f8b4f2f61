// The bubble: a message's text with its links, cut off if it is long.

import { Component } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { TextPart } from '../text/linkify.ts';
import { isFewEmoji, mayBeTall } from '../text/message-look.ts';
import type { RoomView } from '../model/room-view.ts';
import { roomTexts } from '../../words/room.ts';

type BubbleTextProps = {
  /** Undefined for a type of message that this page cannot show; empty if nothing in it is visible. */
  readonly parts: readonly TextPart[] | undefined;
  readonly view: RoomView;
};

export function BubbleText({ parts, view }: BubbleTextProps) {
  if (parts === undefined) return <Placeholder text={roomTexts.unsupported} />;
  if (parts.length === 0) return <Placeholder text={roomTexts.emptyMessage} />;
  if (mayBeTall(parts)) return <LongText parts={parts} view={view} />;
  return (
    <div class={isFewEmoji(parts) ? 'bubble bubble--emoji' : 'bubble'}>
      <p dir="auto">
        <LinkedText parts={parts} />
      </p>
    </div>
  );
}

function Placeholder({ text }: { readonly text: string }) {
  return (
    <div class="bubble bubble--gone">
      <p>{text}</p>
    </div>
  );
}

type LongTextProps = { readonly parts: readonly TextPart[]; readonly view: RoomView };

/** Expands by its button, and when a link in the cut part gets the focus or the browser finds text there. */
function LongText({ parts, view }: LongTextProps) {
  const text = useRef<HTMLParagraphElement>(null);
  const [isWhole, setWhole] = useState(false);
  const isCut = useIsCut(text, isWhole);
  const showAll = () => {
    if (!isCut) return;
    // The reader goes on from here, not from the end of the room.
    view.unread.atEnd.value = false;
    setWhole(true);
  };
  return (
    <div class="bubble">
      <p
        class={isWhole ? undefined : 'bubble__clipped'}
        dir="auto"
        ref={text}
        onFocusIn={showAll}
        onScroll={showAll}
      >
        <LinkedText parts={parts} />
      </p>
      {isCut && (
        <button class="link-button bubble__show-all" type="button" onClick={showAll}>
          {roomTexts.showAll}
        </button>
      )}
    </div>
  );
}

/** How much fits depends on the width of the window and the size of the type. */
function useIsCut(text: { readonly current: HTMLElement | null }, isWhole: boolean): boolean {
  const [isCut, setCut] = useState(false);
  useEffect(() => {
    const { current } = text;
    if (current === null) return undefined;
    const resized = new ResizeObserver(() => setCut(!isWhole && current.scrollHeight > current.clientHeight));
    resized.observe(current);
    return () => resized.disconnect();
  }, [text, isWhole]);
  return isCut && !isWhole;
}

type LinkedTextProps = { readonly parts: readonly TextPart[] };

/** Renders again only for another text, not when the state of its message changes. */
class LinkedText extends Component<LinkedTextProps> {
  override shouldComponentUpdate(next: LinkedTextProps): boolean {
    return next.parts !== this.props.parts;
  }

  override render({ parts }: LinkedTextProps) {
    return parts.map((part) => (part.type === 'text' ? part.text : <Link part={part} />));
  }
}

/** Isolated left to right, and the host once more: text around it cannot change how the host reads. */
function Link({ part }: { readonly part: Extract<TextPart, { type: 'link' }> }) {
  return (
    <a href={part.href} target="_blank" rel="noopener noreferrer" dir="ltr">
      {part.before}
      <bdi>{part.host}</bdi>
      {part.after}
    </a>
  );
}
