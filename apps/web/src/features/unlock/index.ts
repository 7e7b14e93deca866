export { NewDevice } from './NewDevice.tsx';
export { UnlockDialog } from './UnlockDialog.tsx';
