import { api } from '@/api/client'
import type { components } from '@/api/schema.gen'

type Schema = components['schemas']
export type Employee = Schema['User']
export type Department = Schema['Department']
export type Group = Schema['UserGroup']
export type RoleSheet = Schema['RoleSheet']
export type Subject = Schema['RightsSubject']
export type Action = Schema['RightsAction']
export type Reach = Schema['RightsReach']
export type Level = Schema['RightsLevel']
export type Limits = Schema['LoginLimits']
export type Device = Schema['BoundDevice']
export type Share = Schema['Share']
export type Organisation = Schema['Organisation']
export type Effective = Schema['EffectiveRights']
export type Seer = Schema['Seer']
export type Keeper = Schema['Keeper']
export type Review = Schema['AccountReview']
export type LoginRules = Schema['LoginRules']

export const reaches: Reach[] = ['shared', 'own', 'team', 'department', 'all']
export const levels: Level[] = ['edit', 'read', 'masked', 'hidden']
export const none = '0'

export const fetchOrganisation = () => api.get<Organisation>('/organisation')
export const fetchUsers = async () => (await api.get<{ users: Employee[] }>('/users')).users
export const fetchRoles = () => api.get<{ roles: RoleSheet[]; subjects: Subject[] }>('/roles')

export interface Branch {
  department: Department
  depth: number
}

/** tree lists departments as a tree is read: each followed by those below it. */
export function tree(departments: Department[], without?: string): Branch[] {
  const out: Branch[] = []
  const walk = (parent: string, depth: number) => {
    for (const department of departments) {
      if (department.parent !== parent || department.id === without || depth > 12) continue
      out.push({ department, depth })
      walk(department.id, depth + 1)
    }
  }
  walk(none, 0)
  return out
}

/** within gives the ids of a department and all below it. */
export function within(departments: Department[], id: string): Set<string> {
  const ids = new Set([id])
  for (let size = 0; size !== ids.size; ) {
    size = ids.size
    for (const d of departments) if (ids.has(d.parent)) ids.add(d.id)
  }
  return ids
}
