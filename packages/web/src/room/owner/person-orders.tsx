// What the owner and moderators can do about someone, in the sheet about them.

import type { Member } from '@mayfly/client';
import type { RoomView } from '../model/room-view.ts';
import { HandOver } from './hand-over.tsx';
import { Powers } from './powers.tsx';
import { Removal } from './removal.tsx';

type PersonOrdersProps = { readonly view: RoomView; readonly person: Member };

export function PersonOrders(props: PersonOrdersProps) {
  const { view, person } = props;
  return (
    <>
      {view.canEmpower(person) && <Powers {...props} />}
      {view.canEmpower(person) && <HandOver {...props} />}
      {view.canRemove(person) && <Removal {...props} />}
    </>
  );
}
