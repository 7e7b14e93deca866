/** What the engine needs in Node: a folder as its store. */
export { openFolderStorage } from './folder-storage.ts';
