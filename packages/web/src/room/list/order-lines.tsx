// The lines about an order of the owner or a moderator.

import type { Person } from '@mayfly/client';
import type { ComponentChildren } from 'preact';
import { orderTexts } from '../../words/notices.ts';
import { pieces } from '../../words/sentence.ts';
import { type OrderLine, linesOf } from '../model/order-lines.ts';
import type { OrderNotice } from '../model/notices.ts';
import type { People } from '../model/people.ts';
import { AuthorName } from './author-name.tsx';

type OrderLinesProps = { readonly notice: OrderNotice; readonly people: People };

export function OrderLines({ notice, people }: OrderLinesProps) {
  if (notice.type === 'relinked') return <span>{said(notice, people, orderTexts.relinked, {})}</span>;
  if (notice.type === 'removed') {
    const name = nameOf(notice.person, people);
    return <span>{said(notice, people, orderTexts.removed, { name })}</span>;
  }
  return (
    <>
      {linesOf(notice.change).map((line) => (
        <span key={JSON.stringify(line)}>{lineOf(line, notice, people)}</span>
      ))}
    </>
  );
}

function nameOf(person: Person, people: People) {
  return <AuthorName person={people.known(person).person} people={people} />;
}

type Voices = { readonly own: string; readonly other?: string; readonly owner: string };
type Parts = Readonly<Record<string, ComponentChildren>>;

function said({ own, by }: OrderNotice, people: People, voices: Voices, parts: Parts) {
  const words = own ? voices.own : ((by && voices.other) ?? voices.owner);
  return pieces<string, ComponentChildren>(words, { ...parts, by: by && nameOf(by, people) });
}

function lineOf(line: OrderLine, notice: OrderNotice, people: People) {
  return said(notice, people, orderTexts[line.what], {
    time: 'ms' in line ? orderTexts.time(line.ms) : undefined,
    words: 'words' in line ? <bdi>{line.words}</bdi> : undefined,
    from: 'from' in line ? nameOf(line.from, people) : undefined,
    name: 'person' in line ? nameOf(line.person, people) : undefined,
  });
}
