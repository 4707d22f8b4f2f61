// What only the room's owner does, and moderators as far as they may: loaded when it is asked for.

export { settleSeat } from '@mayfly/client/owner';
export { AfterRemoval } from './link-dialog.tsx';
export { OwnerLeaving } from './owner-leaving.tsx';
export { OwnerDialog } from './owner-dialog.tsx';
export { PersonOrders } from './person-orders.tsx';
