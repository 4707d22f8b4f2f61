// What a search finds.

import type { Message } from '@mayfly/client';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { clockTime } from '../ui/clock-time.ts';
import { Icon } from '../ui/icon.tsx';
import { panelTexts } from '../words/panels.ts';
import { roomTexts, shownName } from '../words/room.ts';
import type { Search } from './model/search.ts';
import type { Excerpt } from './text/folded-text.ts';

type ResultsProps = {
  readonly search: Search;
  readonly onStep: (by: 1 | -1) => void;
  readonly onChoose: (hit: Message) => void;
};

export function Results({ search, onStep, onChoose }: ResultsProps) {
  return (
    <>
      <Found search={search} onStep={onStep} />
      <Hits search={search} onChoose={onChoose} />
    </>
  );
}

function Found({ search, onStep }: Pick<ResultsProps, 'search' | 'onStep'>) {
  const { length } = search.hits.value;
  return (
    <div class="search__found">
      <span class="hint" role="status">
        {search.wanted.value !== '' && panelTexts.found(length)}
      </span>
      <button
        class="icon-button"
        type="button"
        aria-label={panelTexts.previousResult}
        disabled={length === 0}
        onClick={() => onStep(-1)}
      >
        <Icon name="up" />
      </button>
      <button
        class="icon-button"
        type="button"
        aria-label={panelTexts.nextResult}
        disabled={length === 0}
        onClick={() => onStep(1)}
      >
        <Icon name="down" />
      </button>
    </div>
  );
}

/** So many hits are listed at once: those around the current one. */
const LISTED = 50;

function Hits({ search, onChoose }: Pick<ResultsProps, 'search' | 'onChoose'>) {
  const hits = search.hits.value;
  const current = search.current.value;
  const list = useRef<HTMLOListElement>(null);
  useLayoutEffect(() => list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' }));
  const at = Math.max(
    0,
    hits.findIndex(({ key }) => key === current?.key),
  );
  const from = at - (at % LISTED);
  return (
    <ol class="search__hits" ref={list} start={from + 1}>
      {hits.slice(from, from + LISTED).map((hit) => (
        <li key={hit.key}>
          <button
            class="search__hit"
            type="button"
            aria-current={hit.key === current?.key ? 'true' : undefined}
            onClick={() => onChoose(hit)}
          >
            <HitText hit={hit} excerpt={search.excerptOf(hit)} />
          </button>
        </li>
      ))}
    </ol>
  );
}

function HitText({ hit, excerpt }: { readonly hit: Message; readonly excerpt: Excerpt }) {
  const { before, match, after } = excerpt;
  return (
    <>
      <span class="search__who">
        <b dir="auto">{hit.own ? roomTexts.ownTurn : shownName(hit.from.name)}</b>
        <time dateTime={new Date(hit.at).toISOString()}>{clockTime(hit.at)}</time>
      </span>
      <span dir="auto">
        {before}
        {match !== '' && <mark>{match}</mark>}
        {after}
      </span>
    </>
  );
}
