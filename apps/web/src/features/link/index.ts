export { AddDevice } from './AddDevice.tsx';
export { AskToJoin } from './AskToJoin.tsx';
export { RequestBar } from './RequestBar.tsx';
