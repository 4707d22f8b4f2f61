// What a line between messages says.

import type { Person } from '@mayfly/client';
import { noticeTexts } from '../../words/notices.ts';
import { roomTexts, shownName } from '../../words/room.ts';
import { pieces } from '../../words/sentence.ts';
import type { Notice } from '../model/notices.ts';
import type { People } from '../model/people.ts';
import { AuthorName } from './author-name.tsx';
import { OrderLines } from './order-lines.tsx';

type NoticeLineProps = {
  readonly notice: Exclude<Notice, { type: 'reset' | 'trouble' | 'trimmed' }>;
  readonly people: People;
};

export function NoticeLine({ notice, people }: NoticeLineProps) {
  if (notice.type === 'removed' || notice.type === 'ordered' || notice.type === 'relinked')
    return <OrderLines notice={notice} people={people} />;
  return (
    <span>
      {notice.type === 'renamed' ? (
        <Renamed who={notice.person} before={notice.before} people={people} />
      ) : (
        <CameOrWent words={noticeTexts[notice.type]} who={notice.people} people={people} />
      )}
    </span>
  );
}

type RenamedProps = { readonly who: Person; readonly before: string; readonly people: People };

function Renamed({ who, before, people }: RenamedProps) {
  const old = <bdi dir="auto">{shownName(before)}</bdi>;
  const name = <AuthorName person={who} people={people} />;
  return <>{pieces(noticeTexts.renamed, { before: old, name })}</>;
}

type CameOrWentProps = {
  readonly words: typeof noticeTexts.joined | typeof noticeTexts.left;
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
