export { useSession } from '@/api/session'
