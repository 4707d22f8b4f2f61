// The bubble: a message's text, with its links and its Markdown, cut off if it is long.

import { Component, type ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Person } from '@mayfly/client';
import type { TextPart } from '../text/linkify.ts';
import type { Named } from '../text/rich-nodes.ts';
import { isFewEmoji, mayBeTall } from '../text/message-look.ts';
import { mayHaveMarkdown, richText } from '../text/rich-text-loader.ts';
import type { RoomView } from '../model/room-view.ts';
import { roomTexts } from '../../words/room.ts';
import { Link, NamedText } from './link.tsx';
import { mayNameSomeone, namedText } from './named-text-loader.ts';
import { richDrawing } from './rich-drawing.ts';

/** A message's text, the key it is known by, and its author. */
export type Body = { readonly key: string; readonly text: string; readonly from?: Person | undefined };

type BubbleTextProps = {
  /** Undefined for a type of message that this page cannot show. */
  readonly body: Body | undefined;
  readonly view: RoomView;
};

export function BubbleText({ body, view }: BubbleTextProps) {
  return body === undefined ? (
    <Placeholder text={roomTexts.unsupported} />
  ) : (
    <ShownText body={body} view={view} />
  );
}

/** As its source until the Markdown parser is there. */
function ShownText({ body, view }: { readonly body: Body; readonly view: RoomView }) {
  const { key, text } = body;
  const parts = view.texts.partsOf(key, text);
  const names = mayNameSomeone(text) ? namedText.loaded.value : undefined;
  const shown = names?.drawnOf(view, body) ?? { parts, blocks: view.texts.blocksOf(key, text) };
  const { blocks } = shown;
  useEffect(() => {
    if (mayNameSomeone(text)) namedText.want();
    if (!mayHaveMarkdown(text)) return;
    richText.want();
    richDrawing.want();
  }, [text]);
  if (parts.length === 0) return <Placeholder text={roomTexts.emptyMessage} />;
  const drawing = richDrawing.loaded.value;
  const isRich = blocks !== undefined && drawing !== undefined;
  const content = isRich ? <drawing.RichText blocks={blocks} /> : <LinkedText parts={shown.parts} />;
  const look: Look = isRich ? 'rich' : 'plain';
  if (mayBeTall(parts))
    return (
      <LongText look={look} view={view} source={text}>
        {content}
      </LongText>
    );
  return (
    <div
      class={isFewEmoji(parts) ? 'bubble bubble--emoji' : 'bubble'}
      onCopy={(event) => copySource(event, text)}
    >
      {look === 'plain' ? <p dir="auto">{content}</p> : content}
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

type Look = 'plain' | 'rich';
type LongTextProps = {
  readonly look: Look;
  readonly source: string;
  readonly view: RoomView;
  readonly children: ComponentChildren;
};

/** Expands by its button, and when a link in the cut part gets the focus or the browser finds text there. */
function LongText({ look, source, view, children }: LongTextProps) {
  const text = useRef<HTMLDivElement>(null);
  const [isWhole, setWhole] = useState(false);
  const isCut = useIsCut(text, isWhole);
  const showAll = () => {
    if (!isCut) return;
    // The reader goes on from here, not from the end of the room.
    view.unread.atEnd.value = false;
    setWhole(true);
  };
  return (
    <div class="bubble" onCopy={(event) => copySource(event, source)}>
      <div class={isWhole ? undefined : 'bubble__clipped'} ref={text} onFocusIn={showAll} onScroll={showAll}>
        {look === 'plain' ? <p dir="auto">{children}</p> : children}
      </div>
      {isCut && (
        <button class="link-button bubble__show-all" type="button" onClick={showAll}>
          {roomTexts.showAll}
        </button>
      )}
    </div>
  );
}

/** A message that is selected as a whole is copied as it was typed. */
function copySource(event: ClipboardEvent, source: string): void {
  const { currentTarget: bubble, clipboardData } = event;
  const selection = getSelection();
  if (!(bubble instanceof Element) || selection === null || selection.rangeCount === 0) return;
  if (selection.getRangeAt(0).toString().trim() !== bubble.textContent.trim()) return;
  clipboardData?.setData('text/plain', source);
  event.preventDefault();
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

type LinkedTextProps = { readonly parts: readonly (TextPart | Named)[] };

/** Renders again only for another text, not when the state of its message changes. */
class LinkedText extends Component<LinkedTextProps> {
  override shouldComponentUpdate(next: LinkedTextProps): boolean {
    return next.parts !== this.props.parts;
  }

  override render({ parts }: LinkedTextProps) {
    return parts.map((part) => {
      if (part.type === 'text') return part.text;
      return part.type === 'link' ? <Link link={part} /> : <NamedText node={part} />;
    });
  }
}
