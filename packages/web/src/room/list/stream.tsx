// The stream: everything said and everything that happened, newest at the end.

import type { Person } from '@mayfly/client';
import type { ComponentChildren } from 'preact';
import { useSignalEffect } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { clockTime, dayName } from '../../ui/clock-time.ts';
import type { TextPart } from '../text/linkify.ts';
import type { RoomView } from '../model/room-view.ts';
import { ScrollKeeper } from './scroll-keeper.ts';
import type { Notice } from '../model/notices.ts';
import type { StreamItem } from '../model/stream.ts';
import { figure, formFor } from '../../words/quantities.ts';
import { pieces } from '../../words/sentence.ts';
import { roomTexts, shownName } from '../../words/room.ts';
import { AuthorName } from './author-name.tsx';
import { Icon } from '../../ui/icon.tsx';
import { TrimmedMessage } from './message.tsx';
import { Opening, type OpeningActions } from './opening.tsx';
import { TurnRow } from './turn.tsx';

type ViewProps = { readonly view: RoomView };
type StreamProps = ViewProps & OpeningActions;

export function Stream({ view, ...actions }: StreamProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const keeper = useRef<ScrollKeeper>(undefined);
  useLayoutEffect(() => {
    if (scroller.current === null || list.current === null) return undefined;
    const kept = new ScrollKeeper(
      scroller.current,
      list.current,
      (atEnd) => {
        view.atEnd.value = atEnd;
      },
      () => view.opening.peek() === 'created',
    );
    keeper.current = kept;
    return () => kept[Symbol.dispose]();
  }, [view]);
  useLayoutEffect(() => keeper.current?.settle());
  useSignalEffect(() => {
    if (view.atEnd.value) keeper.current?.goToEnd();
    else keeper.current?.stayHere();
  });
  const shared = view.sharedNames.value;
  const jump = () => {
    const fresh = view.unread.value > 0 ? list.current?.querySelector('.divider--new') : undefined;
    if (fresh && keeper.current?.goDownTo(fresh)) return;
    view.atEnd.value = true;
  };
  return (
    <>
      <div
        class="scroll"
        role="log"
        tabIndex={0}
        aria-label={roomTexts.messages}
        aria-busy={view.facts.value === undefined}
        ref={scroller}
      >
        <ol class="log" ref={list}>
          <Opening view={view} {...actions} />
          {view.stream.value.map((item) => (
            <Row key={item.key} item={item} view={view} shared={shared} />
          ))}
        </ol>
      </div>
      <Jump view={view} onJump={jump} />
    </>
  );
}

type RowProps = { readonly item: StreamItem; readonly view: RoomView; readonly shared: ReadonlySet<string> };

function Row({ item, view, shared }: RowProps) {
  switch (item.type) {
    case 'turn':
      return <TurnRow turn={item} view={view} />;
    case 'notice':
      return <NoticeRow notice={item.notice} view={view} shared={shared} />;
    case 'day':
      return <Divider text={dayName(item.at)} />;
    case 'new':
      return <Divider text={roomTexts.newMessages} fresh />;
    case 'missing':
      return (
        <li class="notice notice--warn">
          <span>
            <Missing {...item} tagged={shared.has(item.person.name)} />
          </span>
        </li>
      );
  }
}

type MissingProps = { readonly count: number; readonly person: Person; readonly tagged: boolean };

function Missing({ count, person, tagged }: MissingProps) {
  const name: ComponentChildren = <AuthorName person={person} tagged={tagged} />;
  return <>{pieces(formFor(count, roomTexts.missing), { name, count: figure(count) })}</>;
}

function Divider({ text, fresh = false }: { readonly text: string; readonly fresh?: boolean }) {
  return (
    <li class={fresh ? 'divider divider--new' : 'divider'}>
      <span>{text}</span>
    </li>
  );
}

type NoticeProps = ViewProps & { readonly notice: Notice; readonly shared: ReadonlySet<string> };

function NoticeRow({ notice, view, shared }: NoticeProps) {
  if (notice.type === 'reset') {
    return (
      <li class="notice notice--warn">
        <span>{roomTexts.reset(notice.reason)}</span>
      </li>
    );
  }
  if (notice.type === 'trimmed') {
    return <TrimmedRow parts={view.texts.partsOf(notice.key, notice.text)} view={view} />;
  }
  return (
    <li class="notice">
      <span>
        {notice.type === 'renamed' ? (
          <Renamed {...notice} shared={shared} />
        ) : (
          <CameOrWent words={roomTexts[notice.type]} people={notice.people} view={view} shared={shared} />
        )}
      </span>
      <time>{clockTime(notice.at)}</time>
    </li>
  );
}

type RenamedProps = Pick<Extract<Notice, { type: 'renamed' }>, 'person' | 'before'> & {
  readonly shared: ReadonlySet<string>;
};

function Renamed({ person, before, shared }: RenamedProps) {
  const old = <bdi dir="auto">{shownName(before)}</bdi>;
  const name = <AuthorName person={person} tagged={shared.has(person.name)} />;
  return <>{pieces(roomTexts.renamed, { before: old, name })}</>;
}

type CameOrWentProps = ViewProps & {
  readonly words: typeof roomTexts.joined | typeof roomTexts.left;
  readonly people: readonly Person[];
  readonly shared: ReadonlySet<string>;
};

// By the names they have by now: who is announced before their profile came is named as soon as it is there.
function CameOrWent({ words, people, view, shared }: CameOrWentProps) {
  const nameOf = (someone: Person | undefined) => {
    const { person, introduced } = someone ? view.known(someone) : UNKNOWN;
    if (person === undefined || !introduced) return roomTexts.someone;
    return <AuthorName person={person} tagged={shared.has(person.name)} />;
  };
  const [name, second] = [nameOf(people[0]), nameOf(people[1])];
  if (people.length === 1) return <>{pieces(words.one, { name })}</>;
  if (people.length === 2) return <>{pieces(words.two, { name, second })}</>;
  return <>{pieces(words.more, { name, others: String(people.length - 1) })}</>;
}

const UNKNOWN = { person: undefined, introduced: false } as const;

function TrimmedRow({ parts, view }: ViewProps & { readonly parts: readonly TextPart[] }) {
  return (
    <li class="turn turn--own">
      <div class="turn__messages">
        <span class="visually-hidden">{roomTexts.ownTurn}</span>
        <TrimmedMessage parts={parts} view={view} />
      </div>
    </li>
  );
}

/** To the first of the new messages, and from there to the newest. */
function Jump({ view, onJump }: ViewProps & { readonly onJump: () => void }) {
  if (view.atEnd.value) return null;
  return (
    <div class="stage__jump">
      <button class="btn jump-button" type="button" onClick={onJump}>
        <Icon name="down" small />
        {roomTexts.jump(view.unread.value)}
      </button>
    </div>
  );
}
