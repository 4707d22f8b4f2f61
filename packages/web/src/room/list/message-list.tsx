// The list of messages and notices, newest at the end.

import { useSignalEffect } from '@preact/signals';
import { Component } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { ShownBlock } from '../model/blocks.ts';
import { FilesPlace } from '../files/files-place.tsx';
import type { RoomView } from '../model/room-view.ts';
import type { Unread } from '../model/unread.ts';
import { roomTexts } from '../../words/room.ts';
import { Icon } from '../../ui/icon.tsx';
import { ItemRow } from './item-row.tsx';
import { ListPlace } from './list-place.ts';
import { Opening, type OpeningActions } from './opening.tsx';

type ViewProps = { readonly view: RoomView };
type MessageListProps = ViewProps & OpeningActions;

export function MessageList({ view, ...actions }: MessageListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const place = useMemo(() => new ListPlace(view), [view]);
  useLayoutEffect(() => {
    if (scroller.current === null || list.current === null) return undefined;
    return place.watch(scroller.current, list.current);
  }, [place]);
  useSignalEffect(() => place.answer());
  return (
    <>
      <div class="scroll" role="log" tabIndex={0} aria-label={roomTexts.messages} ref={scroller}>
        <ol class="log" ref={list}>
          <Opening view={view} {...actions} />
          <DrawnItems view={view} place={place} />
          <FilesPlace view={view} part="Uploads" />
        </ol>
      </div>
      <Jump unread={view.unread} place={place} />
    </>
  );
}

type PlacedProps = ViewProps & { readonly place: ListPlace };

function DrawnItems({ view, place }: PlacedProps) {
  useLayoutEffect(() => place.rendered());
  const { above, blocks, below } = place.drawn.value;
  return (
    <>
      <Gap height={above} />
      {blocks.map((block) => (
        <BlockItems key={block.key} block={block} view={view} place={place} />
      ))}
      <Gap height={below} />
    </>
  );
}

/** In place of what isn't drawn. */
function Gap({ height }: { readonly height: number }) {
  return height > 0 ? <li class="log__gap" aria-hidden style={{ height: `${height}px` }} /> : null;
}

type BlockProps = PlacedProps & { readonly block: ShownBlock };

/** Renders again only for its own items: a hundred others may stand before it. */
class BlockItems extends Component<BlockProps> {
  override shouldComponentUpdate(next: BlockProps): boolean {
    return next.block !== this.props.block;
  }

  override render(props: BlockProps) {
    return <Items {...props} />;
  }
}

function Items({ block, view, place }: BlockProps) {
  useLayoutEffect(() => place.rendered());
  return block.items.value.map((item) => <ItemRow key={item.key} item={item} view={view} />);
}

type JumpProps = { readonly unread: Unread; readonly place: ListPlace };

/** To the first of the new messages, and from there to the newest. Where those aren't drawn, it is what speaks of them. */
function Jump({ unread, place }: JumpProps) {
  return (
    <div class="stage__jump" aria-live={place.isFar.value ? 'polite' : 'off'}>
      {!unread.atEnd.value && (
        <button class="btn jump-button" type="button" onClick={() => place.goDown()}>
          <Icon name="down" small />
          {roomTexts.jump(unread.count.value)}
        </button>
      )}
    </div>
  );
}
