#pragma once
#include <winscard.h>
#include <reader.h>

/* SCARD_CTL_CODE is a function-like macro, which Swift does not import. */
static inline DWORD pcsc_control_code(DWORD function) { return SCARD_CTL_CODE(function); }

/* So are the attributes' numbers. */
static const DWORD pcsc_attribute_vendor_serial_number = SCARD_ATTR_VENDOR_IFD_SERIAL_NO;
static const DWORD pcsc_attribute_channel_id = SCARD_ATTR_CHANNEL_ID;
