// A line about what happened between messages: people who came, left or changed their name, and gaps in the log.

import type { Person } from '@mayfly/client';
import { clockTime } from '../../ui/clock-time.ts';
import { pieces } from '../../words/sentence.ts';
import { roomTexts, shownName } from '../../words/room.ts';
import type { Notice } from '../model/notices.ts';
import type { People } from '../model/people.ts';
import type { RoomView } from '../model/room-view.ts';
import type { Body } from './bubble-text.tsx';
import { AuthorName } from './author-name.tsx';
import { TrimmedMessage } from './message.tsx';
import { trustPart } from './trust-loader.ts';

type ViewProps = { readonly view: RoomView };

export function NoticeRow({ notice, view }: ViewProps & { readonly notice: Notice }) {
  if (notice.type === 'reset') {
    return (
      <li class="notice notice--warn">
        <span>{roomTexts.reset(notice.reason)}</span>
      </li>
    );
  }
  if (notice.type === 'trouble') {
    const part = trustPart.loaded.value;
    return <li class="notice notice--warn">{part && <part.TroubleRow notice={notice} view={view} />}</li>;
  }
  if (notice.type === 'trimmed') {
    return <TrimmedRow body={notice} view={view} />;
  }
  return (
    <li class="notice">
      <span>
        {notice.type === 'removed' ? (
          <Removed notice={notice} people={view.people} />
        ) : notice.type === 'renamed' ? (
          <Renamed who={notice.person} before={notice.before} people={view.people} />
        ) : (
          <CameOrWent words={roomTexts[notice.type]} who={notice.people} people={view.people} />
        )}
      </span>
      {notice.at > 0 && <time>{clockTime(notice.at)}</time>}
    </li>
  );
}

type RenamedProps = { readonly who: Person; readonly before: string; readonly people: People };

function Renamed({ who, before, people }: RenamedProps) {
  const old = <bdi dir="auto">{shownName(before)}</bdi>;
  const name = <AuthorName person={who} people={people} />;
  return <>{pieces(roomTexts.renamed, { before: old, name })}</>;
}

type RemovedProps = { readonly notice: Extract<Notice, { type: 'removed' }>; readonly people: People };

function Removed({ notice: { person, by, own }, people }: RemovedProps) {
  const nameOf = (one: Person) => <AuthorName person={people.known(one).person} people={people} />;
  const { removed } = roomTexts;
  const words = own ? removed.own : by ? removed.other : removed.owner;
  return <>{pieces(words, { name: nameOf(person), by: by && nameOf(by) })}</>;
}

type CameOrWentProps = {
  readonly words: typeof roomTexts.joined | typeof roomTexts.left;
  readonly who: readonly Person[];
  readonly people: People;
};

/** Under their current names: someone can be announced before their profile arrives. */
function CameOrWent({ words, who, people }: CameOrWentProps) {
  const nameOf = (someone: Person | undefined) => {
    const { person, introduced } = someone ? people.known(someone) : UNKNOWN;
    if (person === undefined || !introduced) return roomTexts.someone;
    return <AuthorName person={person} people={people} />;
  };
  const [name, second] = [nameOf(who[0]), nameOf(who[1])];
  if (who.length === 1) return <>{pieces(words.one, { name })}</>;
  if (who.length === 2) return <>{pieces(words.two, { name, second })}</>;
  return <>{pieces(words.more, { name, others: String(who.length - 1) })}</>;
}

const UNKNOWN = { person: undefined, introduced: false } as const;

function TrimmedRow({ body, view }: ViewProps & { readonly body: Body }) {
  return (
    <li class="turn turn--own">
      <div class="turn__messages">
        <span class="visually-hidden">{roomTexts.ownTurn}</span>
        <TrimmedMessage body={body} view={view} />
      </div>
    </li>
  );
}
