// A row of the list: a turn, a divider, or a line about what happened.

import type { Person, RoomNotice } from '@mayfly/client';
import { Component, type ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { dayName } from '../../ui/clock-time.ts';
import { figure, formFor } from '../../words/quantities.ts';
import { roomTexts } from '../../words/room.ts';
import { pieces } from '../../words/sentence.ts';
import type { People } from '../model/people.ts';
import type { RoomView } from '../model/room-view.ts';
import type { Item } from '../model/turns.ts';
import { AuthorName } from './author-name.tsx';
import { NoticeRow } from './notice-row.tsx';
import { talkRows } from './talk-rows.ts';
import { TurnRow } from './turn.tsx';

type RowProps = { readonly item: Item; readonly view: RoomView };

/** Renders again only when its item changes. */
export class ItemRow extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    return next.item !== this.props.item;
  }

  override render({ item, view }: RowProps) {
    switch (item.type) {
      case 'turn':
        return <TurnRow turn={item} view={view} />;
      case 'notice':
        return <NoticeRow notice={item.notice} view={view} />;
      case 'talk':
        return <LaterTalkRow notice={item.notice} view={view} />;
      case 'day':
        return <Divider text={dayName(item.at)} />;
      case 'new':
        return <Divider text={roomTexts.newMessages} fresh />;
      case 'unsent':
        return (
          <li class="notice">
            <span>{roomTexts.unsent}</span>
          </li>
        );
      case 'missing':
        return (
          <li class="notice notice--warn">
            <span>
              <Missing {...item} people={view.people} />
            </span>
          </li>
        );
    }
  }
}

type TalkProps = { readonly notice: RoomNotice; readonly view: RoomView };

function LaterTalkRow(props: TalkProps) {
  useEffect(() => talkRows.want(), []);
  const part = talkRows.loaded.value;
  return part === undefined ? null : <part.TalkRow {...props} />;
}

type MissingProps = { readonly count: number; readonly person: Person; readonly people: People };

function Missing({ count, person, people }: MissingProps) {
  const name: ComponentChildren = <AuthorName person={person} people={people} />;
  return <>{pieces(formFor(count, roomTexts.missing), { name, count: figure(count) })}</>;
}

function Divider({ text, fresh = false }: { readonly text: string; readonly fresh?: boolean }) {
  return (
    <li class={fresh ? 'divider divider--new' : 'divider'}>
      <span>{text}</span>
    </li>
  );
}
