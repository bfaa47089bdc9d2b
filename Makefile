# Every target is a script of the same name; this file only gives them one way in.
.DEFAULT_GOAL := help
.PHONY: help demo test bench fuzz soak crash storage build format lint units clean
MAKEFLAGS += --no-print-directory

help: ## this list
	@echo "CampusTill: an open campus-card payment terminal and hub"
	@echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-16s%s\n", $$1, $$2 }'

demo: ## card, payment code, offline, replay, crash: the whole line on this machine (ONCE=1 ends by itself)
	@ONCE='$(ONCE)' scripts/demo

test: ## install what is missing, build, run all tests (FILTER=name for some of them)
	@scripts/test $(if $(FILTER),--filter '$(FILTER)')

bench: ## measure, beside a floor taken in the same run
	@scripts/bench

fuzz: ## fuzz what reads bytes from outside (SECONDS=600, TARGETS=...)
	@scripts/fuzz --seconds $(or $(SECONDS),600) $(TARGETS)

soak: ## run the campus simulation seed after seed (MINUTES=60)
	@scripts/soak --minutes $(or $(MINUTES),60)

crash: ## kill the real daemon and hub, round after round (MINUTES=60)
	@scripts/crash --minutes $(or $(MINUTES),60)

storage: ## fail every operation of the disk, with several seeds for each crash (SEEDS=3)
	@scripts/storage --seeds $(or $(SEEDS),3)

build: ## build everything with tests
	@scripts/install-packages
	@scripts/build

format: ## format the sources in place
	@scripts/format

lint: ## say what is not formatted
	@scripts/format --check

units: ## check the systemd units, and how well they are shut in
	@scripts/check-units

clean: ## remove what was built and the demo's state
	@rm -rf .build .demo
