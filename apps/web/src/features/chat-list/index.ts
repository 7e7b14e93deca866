export { ChatList } from './ChatList.tsx';
