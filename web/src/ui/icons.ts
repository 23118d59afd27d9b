// The page's icons by what they stand for, so that screens and the hub's
// metadata name a thing ("ticket") and not a drawing.
import {
  Aim, ArrowDown, ArrowLeft, ArrowRight, ArrowUp, Bell, Calendar, CaretBottom, CaretTop, ChatDotRound, ChatLineRound,
  Box, Check, CircleCheck, Clock, Close, Connection, CopyDocument, Cpu, Delete, Document, Download, Edit, Expand, Filter, Fold, FullScreen,
  HomeFilled, InfoFilled, Key, Lock, Memo, Menu, Message, Microphone, Moon, MoreFilled, Opportunity, Phone, PhoneFilled, Place, Plus,
  Postcard, Printer, Promotion, Refresh, Search, Service, Setting, Share, Shop, Star, Sunny, Switch, SwitchButton, Tickets, Timer,
  TopRight, Upload, User, View, UserFilled, VideoPause, VideoPlay, Wallet, WarningFilled,
} from '@element-plus/icons-vue'
import type { Component } from 'vue'

export const icons = {
  // menu and entities
  home: HomeFilled, customer: UserFilled, contact: Postcard, channel: Share, supplier: Shop, lead: Aim, privatecontact: Lock,
  opportunity: Opportunity, quote: Tickets, order: Document, ticket: Service, schedule: Calendar, activity: ChatLineRound, product: Box,
  call: Phone, sms: Message, box: Cpu, settings: Setting, document: Document, report: Memo, pool: Connection,
  // actions and signs
  search: Search, plus: Plus, close: Close, back: ArrowLeft, next: ArrowRight, up: ArrowUp, down: ArrowDown,
  ascending: CaretTop, descending: CaretBottom, fold: Fold, expand: Expand, menu: Menu, more: MoreFilled, filter: Filter, edit: Edit,
  delete: Delete, check: Check, done: CircleCheck, warning: WarningFilled, info: InfoFilled, refresh: Refresh, copy: CopyDocument,
  open: TopRight, view: View, full: FullScreen, download: Download, upload: Upload, print: Printer, star: Star, bell: Bell, send: Promotion, place: Place, link: Connection,
  user: User, key: Key, logout: SwitchButton, language: Switch, sun: Sunny, moon: Moon, clock: Clock, timer: Timer, wallet: Wallet,
  phone: PhoneFilled, chat: ChatDotRound, microphone: Microphone, play: VideoPlay, pause: VideoPause,
} satisfies Record<string, Component>

export type IconName = keyof typeof icons
