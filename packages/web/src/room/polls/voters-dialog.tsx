// Who voted for what.

import type { Person, Poll } from '@mayfly/client';
import { Dialog } from '../../ui/dialog.tsx';
import { pollTexts } from '../../words/polls.ts';
import { roomTexts } from '../../words/room.ts';
import { personName } from '../model/person-name.ts';
import type { RoomView } from '../model/room-view.ts';
import { seenText } from './seen-text.ts';
import { namedOf } from './tally.ts';

type VotersDialogProps = { readonly poll: Poll; readonly view: RoomView; readonly onClose: () => void };

export function VotersDialog({ poll: { question, options }, view, onClose }: VotersDialogProps) {
  return (
    <Dialog
      title={pollTexts.whoVoted}
      lead={<span dir="auto">{seenText(question) ?? pollTexts.emptyQuestion}</span>}
      onClose={onClose}
    >
      <dl class="voters">
        {options.map(({ text, voters }, index) => (
          <div key={index}>
            <dt>
              <bdi dir="auto">{seenText(text) ?? pollTexts.option(index + 1)}</bdi>
              <small class="num">{pollTexts.votes(voters.length)}</small>
            </dt>
            <Names voters={voters} view={view} />
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

function Names({ voters, view }: Pick<VotersDialogProps, 'view'> & { readonly voters: readonly Person[] }) {
  const you = view.people.you.value?.idPk;
  const { named, others } = namedOf(voters);
  return (
    <>
      {named.map((person) => (
        <dd key={person.idPk}>
          <bdi dir="auto" class="name" data-hue={view.people.hueOf(person)}>
            {person.idPk === you ? roomTexts.ownTurn : personName(person, view.people)}
          </bdi>
        </dd>
      ))}
      {others > 0 && <dd>{pollTexts.others(others)}</dd>}
    </>
  );
}
