export { ConnectionBar } from './ConnectionBar.tsx';
export { OfflineNotice } from './OfflineNotice.tsx';
