// Files of a room: loaded after the first message, or with the first file.

export { Capture } from './capture.tsx';
export { FileBubble } from './file-bubble.tsx';
export { drawGrids } from './picture-grid.tsx';
export { Tray } from './tray.tsx';
export { Uploads } from './uploads.tsx';
