// Loaded with the first picture that is here.

export { PictureViewer } from './picture-viewer.tsx';
