// The settings of a room, for its owner, and for moderators as far as their powers go. They show what is in force.

import type { RoomFacts, RoomWords } from '@mayfly/client';
import { setTerms, setWords } from '@mayfly/client/owner';
import type { ServerLimits } from '@mayfly/protocol';
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { background } from '../../background.ts';
import { askLimits } from '../../browser/limits-answer.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { isNameTooLong, isTopicTooLong } from '../../ui/display-name.ts';
import { lifeChoices } from '../../ui/life-choice.ts';
import { RoomWordsFields } from '../../ui/room-words-fields.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { Switch } from '../../ui/switch.tsx';
import { linkTexts } from '../../words/link-change.ts';
import { ownerTexts } from '../../words/owner.ts';
import { AuthorName } from '../list/author-name.tsx';
import type { RoomView } from '../model/room-view.ts';
import { GiveUp } from './give-up.tsx';
import { HandOverChoice } from './hand-over-choice.tsx';
import { LinkDialog } from './link-dialog.tsx';
import { OrderTrouble } from './order-trouble.tsx';
import { type Orders, order, useOrders } from './use-orders.ts';

export type RoomSettingsProps = {
  readonly view: RoomView;
  /** Asks about ending the room for everyone. */
  readonly onEnd: () => void;
  readonly onClose: () => void;
};

export function RoomSettings({ view, onEnd, onClose }: RoomSettingsProps) {
  const orders = useOrders(view);
  const [from, setFrom] = useState<string>();
  const facts = view.facts.value;
  const isAllowed = view.canSetDoor.value;
  // Powers can be given up, or taken away, while it is open.
  useEffect(() => (isAllowed ? undefined : onClose()), [isAllowed]);
  if (facts === undefined || !isAllowed) return null;
  if (from !== undefined) return <LinkDialog view={view} from={from} onClose={onClose} />;
  const parts = { view, orders, facts };
  return (
    <Dialog title={ownerTexts.settings} lead={ownerTexts.settingsLead} onClose={onClose}>
      <OrderTrouble orders={orders} />
      {facts.canAmend && <Words {...parts} />}
      {facts.canAmend && <Life {...parts} />}
      <Door {...parts} />
      {facts.canAmend && <Moderators view={view} />}
      {facts.canAmend && <NewLink facts={facts} onAsk={() => setFrom(view.link.url)} />}
      {facts.canAmend && <Ownership {...parts} onClose={onClose} />}
      {facts.canEnd && <Over onEnd={onEnd} />}
    </Dialog>
  );
}

type PartProps = { readonly view: RoomView; readonly orders: Orders; readonly facts: RoomFacts };

type SectionProps = { readonly heading: string; readonly children: ComponentChildren };

function Section({ heading, children }: SectionProps) {
  return (
    <section class="settings">
      <h3>{heading}</h3>
      {children}
    </section>
  );
}

function Words({ facts: { name, topic }, orders }: PartProps) {
  const [typed, setTyped] = useState<RoomWords>();
  const words = typed ?? { ...(name && { name }), ...(topic && { topic }) };
  const isTooLong = isNameTooLong(words.name ?? '') || isTopicTooLong(words.topic ?? '');
  const save = async () => {
    if (await orders.give((port) => setWords(port, words))) setTyped(undefined);
  };
  return (
    <Section heading={ownerTexts.room}>
      <form
        class="dialog__form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isTooLong && typed !== undefined) background(save());
        }}
      >
        <RoomWordsFields words={words} onWords={setTyped} />
        <button class="btn btn--secondary" type="submit" disabled={isTooLong || typed === undefined}>
          {ownerTexts.saveWords}
        </button>
      </form>
    </Section>
  );
}

const HISTORIES = ['all', 'none'] as const;

function Life({ facts, orders }: PartProps) {
  const limits = useLimits();
  const { lifeMs, history } = { ...facts, ...orders.asked };
  const lives = new Set([...lifeChoices(limits), lifeMs / 1000]);
  const change = (asked: { readonly lifeMs: number; readonly history: RoomFacts['history'] }) =>
    order(orders, (port) => setTerms(port, asked), asked);
  return (
    <Section heading={ownerTexts.life}>
      <Segmented
        legend={ownerTexts.lifeLegend}
        choices={[...lives]
          .sort((a, b) => a - b)
          .map((seconds) => ({ value: seconds * 1000, label: ownerTexts.time(seconds) }))}
        value={lifeMs}
        onChoose={(chosen) => change({ lifeMs: chosen, history })}
      />
      <Segmented
        legend={ownerTexts.history}
        choices={HISTORIES.map((value) => ({ value, label: ownerTexts.histories[value] }))}
        value={history}
        onChoose={(chosen) => change({ lifeMs, history: chosen })}
      />
    </Section>
  );
}

/** Until the server has sent its own: those that are usual. */
const USUAL_LIMITS: ServerLimits = { life: 30 * 60, lifeMax: 24 * 3600 };

function useLimits(): ServerLimits {
  const [limits, setLimits] = useState(USUAL_LIMITS);
  useEffect(() => {
    background(askLimits().then((answer) => answer && setLimits(answer)));
  }, []);
  return limits;
}

/** In seconds. */
const PACES = [0, 5, 15, 60];

function Door({ facts, orders }: PartProps) {
  const { closed, slow } = { ...facts, ...orders.asked };
  const paces = PACES.includes(slow) ? PACES : [...PACES, slow];
  return (
    <Section heading={ownerTexts.door}>
      <Switch
        label={ownerTexts.close}
        hint={ownerTexts.closeHint}
        on={closed}
        onChange={(on) => order(orders, (port) => setTerms(port, { closed: on }), { closed: on })}
      />
      <Segmented
        legend={ownerTexts.slow}
        choices={paces.map((value) => ({
          value,
          label: value === 0 ? ownerTexts.slowOff : ownerTexts.time(value),
        }))}
        value={slow}
        onChoose={(chosen) => order(orders, (port) => setTerms(port, { slow: chosen }), { slow: chosen })}
      />
    </Section>
  );
}

function Moderators({ view }: { readonly view: RoomView }) {
  const moderators = view.people.members.value.filter(({ powers, owner }) => powers > 0 && !owner);
  return (
    <Section heading={ownerTexts.moderators}>
      {moderators.length > 0 && (
        <ul class="moderators">
          {moderators.map((person) => (
            <li key={person.idPk}>
              <AuthorName person={person} people={view.people} />
            </li>
          ))}
        </ul>
      )}
      <p class="hint">{ownerTexts.moderatorsHint}</p>
    </Section>
  );
}

type NewLinkProps = Pick<PartProps, 'facts'> & { readonly onAsk: () => void };

/** Nothing where the server changes no links. */
function NewLink({ facts: { canChangeLink }, onAsk }: NewLinkProps) {
  if (!canChangeLink) return null;
  return (
    <Section heading={linkTexts.link}>
      <p class="hint">{linkTexts.hint}</p>
      <button class="btn btn--secondary" type="button" onClick={onAsk}>
        {linkTexts.change}
      </button>
    </Section>
  );
}

type OwnershipProps = PartProps & Pick<RoomSettingsProps, 'onClose'>;

function Ownership({ view, orders, facts, onClose }: OwnershipProps) {
  return (
    <Section heading={ownerTexts.ownership}>
      <HandOverChoice view={view} onChosen={onClose} />
      {facts.owned && <GiveUp orders={orders} />}
    </Section>
  );
}

function Over({ onEnd }: Pick<RoomSettingsProps, 'onEnd'>) {
  return (
    <Section heading={ownerTexts.over}>
      <button class="btn btn--secondary btn--bad" type="button" onClick={onEnd}>
        {ownerTexts.end}
      </button>
    </Section>
  );
}
