// What only the room's owner does: loaded when it is asked for.

export { EndDialog } from './end-dialog.tsx';
