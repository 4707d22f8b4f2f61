// What the composer offers at the caret: people, commands, emoji.

import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import { Stroke } from '../../ui/icon.tsx';
import { composingTexts } from '../../words/composing.ts';
import { roomTexts } from '../../words/room.ts';
import { AuthorName, Avatar } from '../list/author-name.tsx';
import type { People } from '../model/people.ts';
import type { ComposingState, Offer } from './composing-state.ts';
import { complete } from './field.ts';

const LIST = 'composer-offers';
const OFFER = 'composer-offer-';
const SLASH = 'm14.5 5-5 14';

type ListProps = {
  readonly state: ComposingState;
  readonly people: People;
  readonly field: RefObject<HTMLTextAreaElement | null>;
};

/** The focus stays in the field, which names the offer that Enter takes. */
export function CompletionList({ state, people, field }: ListProps) {
  const offers = state.offers.value;
  const trigger = state.trigger.value;
  const chosen = state.chosen.value;
  useEffect(() => {
    if (field.current !== null) describeField(field.current, chosen);
  }, [chosen]);
  if (trigger === undefined || offers.length === 0) return null;
  const title = composingTexts[trigger.what];
  return (
    <div class="completion" onMouseDown={(event) => event.preventDefault()}>
      <p aria-hidden="true">{title}</p>
      <div role="listbox" id={LIST} aria-label={title}>
        {offers.map((offer, index) => (
          <div
            class="completion__offer"
            role="option"
            key={offer.key}
            id={OFFER + index}
            aria-selected={index === chosen}
            onClick={() => {
              if (field.current !== null) complete(field.current, state, offer);
            }}
          >
            <OfferOf offer={offer} people={people} />
          </div>
        ))}
      </div>
    </div>
  );
}

function OfferOf({ offer, people }: { readonly offer: Offer; readonly people: People }) {
  if (offer.what === 'command')
    return (
      <>
        <Stroke path={SLASH} />
        <span>
          <b>/{offer.name}</b> <small>{composingTexts.commands[offer.name]}</small>
        </span>
      </>
    );
  if (offer.what === 'emoji')
    return (
      <>
        <span class="completion__emoji">{offer.insert}</span>
        <span>
          {offer.name} <small>{`:${offer.code}:`}</small>
        </span>
      </>
    );
  const { person } = offer;
  return (
    <>
      <Avatar person={person} people={people} />
      <AuthorName person={person} people={people} />
      {person.away && <small>{roomTexts.away}</small>}
    </>
  );
}

/** Tells a screen reader which offer Enter takes. */
function describeField(field: HTMLTextAreaElement, chosen: number): void {
  field.setAttribute('aria-autocomplete', 'list');
  if (chosen < 0) {
    field.removeAttribute('aria-controls');
    field.removeAttribute('aria-activedescendant');
  } else {
    field.setAttribute('aria-controls', LIST);
    field.setAttribute('aria-activedescendant', OFFER + chosen);
  }
}
