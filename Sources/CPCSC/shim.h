#pragma once
#include <winscard.h>
#include <reader.h>

/* SCARD_CTL_CODE is a function-like macro, which Swift does not import. */
static inline DWORD pcsc_control_code(DWORD function) { return SCARD_CTL_CODE(function); }
