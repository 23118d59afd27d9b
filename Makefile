# Bellhop: `make` lists what there is. Everything a target needs it installs itself.
SHELL := /bin/bash
export GOFLAGS := -tags=sqlite_fts5,sqlite_math_functions
export CGO_ENABLED := 1

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -X main.version=$(VERSION)
GO_SOURCES := $(shell find board drivers firmware hub web/embed.go -name '*.go' -o -name '*.sql' -o -path '*/labels/*.json' 2>/dev/null)
WEB_SOURCES := $(shell find web/src web/build web/index.html web/vite.config.ts web/public -type f 2>/dev/null)

BOX := $(if $(BOX_PORT),-listen 127.0.0.1:$(BOX_PORT))

.PHONY: backup-test help run ring dial sms console scope test bench bench-ears image image-test image-lock update-test generate build clean
help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

run: build ## set up, build and run the whole product on the simulated line until Ctrl-C (PORT=8080)
	@.dev/run

ring: bin/bellhop-firmware ## make the line ring: FROM=13800138000 [NAME= STANDARD=bell202|v23|dtmf WAV=file LINE=1 TALK=10 ANSWER=no]
	@bin/bellhop-firmware ring -from "$(FROM)" $(if $(NAME),-name "$(NAME)") $(if $(STANDARD),-standard $(STANDARD)) \
	  $(if $(WAV),-wav "$(WAV)") $(if $(LINE),-line $(LINE)) $(if $(TALK),-talk $(TALK)) $(if $(ANSWER),-answer $(ANSWER)) $(BOX)

dial: bin/bellhop-firmware ## lift the simulated set and dial: TO=057187654321 [LINE=1 TALK=10]
	@bin/bellhop-firmware dial -to "$(TO)" $(if $(LINE),-line $(LINE)) $(if $(TALK),-talk $(TALK)) $(BOX)

sms: bin/bellhop-firmware ## deliver a text to the simulated modem: FROM=13800138000 TEXT='您好'
	@bin/bellhop-firmware sms -from "$(FROM)" -text "$(TEXT)" $(BOX)

console: bin/bellhop-firmware ## the technician's menu of the running box (Ctrl-] leaves)
	@bin/bellhop-firmware console $(BOX)

scope: bin/bellhop-firmware ## look at a line of the running box as it is heard, or at a recording: [LINE=1 | FILE=x.wav] (q leaves)
	@bin/bellhop-firmware scope $(if $(FILE),"$(FILE)",$(if $(LINE),-line $(LINE)) $(BOX))

test: ## set up and run every test: Go, fuzz, page, browser (FRESH=1: also what passed unchanged before)
	@.dev/test

bench: ## print every figure: latency, events, memory, ears (half an hour; SIZES=10000,100000,1000000)
backup-test: ## lose an office and restore it from every kind of place, and print how long 1 GB takes (MB=1024 RECORDINGS=10000)
	@.dev/setup test && go test ./hub/backup ./hub -count=1 -run 'FreshBox|RestoreAndUndo|RecordingsApart|NewBoxFromBackup' -v && .dev/figures/backup

bench: ## print every figure: latency, events, memory, ears (minutes)
	@.dev/bench

bench-ears: ## print the decoders' curves, false alarms and speed, and redraw their plots (HOURS=2 of speech)
	@.dev/setup ears && go run ./drivers/callerid/bench -docs drivers/callerid/docs -corpus drivers/callerid/testdata/manifest.json -hours $(or $(HOURS),2)

image: ## build the SD card and its update in var/image (as root; the first time takes half an hour)
	@VERSION="$(VERSION)" images/build

image-test: ## start the card of var/image in QEMU: page, serial menu, read-only root, restart; prints boot-to-web
	@images/setup && go run ./images/imagetest $(if $(V),-v)

image-lock: ## take over the versions of Debian's packages that the last card was made of
	@images/versions var/image/work/dpkg-status >images/packages.lock && git diff --stat images/packages.lock

update-test: ## try updates in QEMU: good and bad ones, power cuts, watchdog; prints a table [CUTS=10 SEED= V=1]
	@images/setup && go run ./images/updatetest -kernel "$$(images/kernel)" $(if $(CUTS),-cuts $(CUTS)) $(if $(SEED),-seed $(SEED)) $(if $(V),-v)

generate: web/node_modules/.package-lock.json ## rewrite what is made from the API description
	cd web && npx --no-install openapi-typescript ../hub/api/openapi.yaml -o src/api/schema.gen.ts

build: bin/bellhop-firmware bin/bellhop-hub ## build page and programs into bin/

bin/bellhop-firmware: $(GO_SOURCES) go.mod go.sum | setup
	@echo "· building the firmware"
	@go build -ldflags '$(LDFLAGS)' -o $@ ./firmware

bin/bellhop-hub: $(GO_SOURCES) go.mod go.sum web/dist/index.html | setup
	@echo "· building the hub (the first time compiles SQLite: about two minutes)"
	@go build -ldflags '$(LDFLAGS)' -o $@ ./hub

web/dist/index.html: $(WEB_SOURCES) web/package.json web/node_modules/.package-lock.json
	@echo "· building the page"
	@cd web && npm run --silent build

web/node_modules/.package-lock.json: web/package-lock.json | setup
	@echo "· fetching the page's packages"
	@cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: setup
setup:
	@.dev/setup run

clean: ## remove what was built (var/, the data, stays)
	rm -rf bin web/dist/assets web/dist/index.html web/node_modules var/tested
