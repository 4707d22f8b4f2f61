// Settings, alerts, the sheet about a person and saved copies: loaded once the room is live, or with the first of them.

export { watchForAlerts } from './alerts.ts';
export { LifeDialog } from './life-dialog.tsx';
export { PersonSheet } from './person-sheet.tsx';
