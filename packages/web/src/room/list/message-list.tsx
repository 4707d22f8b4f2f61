// The list of messages and notices, newest at the end.

import { effect, useComputed, useSignalEffect } from '@preact/signals';
import { Component } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { ShownBlock } from '../model/blocks.ts';
import type { RoomView } from '../model/room-view.ts';
import type { Unread } from '../model/unread.ts';
import { roomTexts } from '../../words/room.ts';
import { Icon } from '../../ui/icon.tsx';
import { DrawnBlocks } from './drawn-blocks.ts';
import { ItemRow } from './item-row.tsx';
import { elementOf, flash, markFound } from './message-element.ts';
import { Opening, type OpeningActions } from './opening.tsx';
import { ScrollKeeper } from './scroll-keeper.ts';

type ViewProps = { readonly view: RoomView };
type MessageListProps = ViewProps & OpeningActions;

export function MessageList({ view, ...actions }: MessageListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const keeper = useRef<ScrollKeeper>(undefined);
  const { atEnd, count } = view.unread;
  const drawn = useDrawnBlocks(view);
  useLayoutEffect(() => {
    if (scroller.current === null || list.current === null) return undefined;
    const kept = new ScrollKeeper(
      scroller.current,
      list.current,
      (isAtEnd) => {
        atEnd.value = isAtEnd;
      },
      () => view.opening.peek() === 'created',
    );
    keeper.current = kept;
    // At once: until the next frame, the keeper would still report the place that was left.
    const stop = effect(() => (atEnd.value ? kept.goToEnd() : kept.stayHere()));
    return () => {
      stop();
      kept[Symbol.dispose]();
    };
  }, [view]);
  useSignalEffect(() => {
    const jump = view.jump.value;
    if (jump === undefined) return;
    view.jump.value = undefined;
    const element = list.current === null ? undefined : elementOf(list.current, jump.key);
    if (element === undefined) return;
    atEnd.value = false;
    keeper.current?.goTo(element);
    if (jump.marks) markFound(element);
    else flash(element);
  });
  const settle = useMemo(() => () => keeper.current?.settle(), []);
  const isBusy = useComputed(() => view.facts.value === undefined || !drawn.isWhole.value);
  const jump = () => {
    const fresh = count.value > 0 ? list.current?.querySelector('.divider--new') : undefined;
    if (fresh && keeper.current?.goDownTo(fresh)) return;
    atEnd.value = true;
  };
  return (
    <>
      <div
        class="scroll"
        role="log"
        tabIndex={0}
        aria-label={roomTexts.messages}
        aria-busy={isBusy}
        ref={scroller}
      >
        <ol class="log" ref={list}>
          <Opening view={view} {...actions} />
          <DrawnItems drawn={drawn} view={view} onRender={settle} />
        </ol>
      </div>
      <Jump unread={view.unread} onJump={jump} />
    </>
  );
}

function useDrawnBlocks({ timeline }: RoomView): DrawnBlocks {
  const drawn = useMemo(() => new DrawnBlocks(timeline.blocks), [timeline]);
  useEffect(() => () => drawn[Symbol.dispose](), [drawn]);
  return drawn;
}

/** `onRender` runs before what was rendered is painted. */
type RenderProps = ViewProps & { readonly onRender: () => void };

function DrawnItems({ drawn, view, onRender }: RenderProps & { readonly drawn: DrawnBlocks }) {
  useLayoutEffect(onRender);
  return drawn.shown.value.map((block) => (
    <BlockItems key={block.key} block={block} view={view} onRender={onRender} />
  ));
}

type BlockProps = RenderProps & { readonly block: ShownBlock };

/** Renders again only for its own items: a hundred others may stand before it. */
class BlockItems extends Component<BlockProps> {
  override shouldComponentUpdate(next: BlockProps): boolean {
    return next.block !== this.props.block;
  }

  override render(props: BlockProps) {
    return <Items {...props} />;
  }
}

function Items({ block, view, onRender }: BlockProps) {
  useLayoutEffect(onRender);
  return block.items.value.map((item) => <ItemRow key={item.key} item={item} view={view} />);
}

type JumpProps = { readonly unread: Unread; readonly onJump: () => void };

/** To the first of the new messages, and from there to the newest. */
function Jump({ unread, onJump }: JumpProps) {
  if (unread.atEnd.value) return null;
  return (
    <div class="stage__jump">
      <button class="btn jump-button" type="button" onClick={onJump}>
        <Icon name="down" small />
        {roomTexts.jump(unread.count.value)}
      </button>
    </div>
  );
}
