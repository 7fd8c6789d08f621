/* Linkage of the public functions. Included by every other smallm header; nothing here is called by users. */
#ifndef SMALLM_EXPORT_H
#define SMALLM_EXPORT_H

#ifdef __cplusplus
#define SMALLM_BEGIN_DECLS extern "C" {
#define SMALLM_END_DECLS }
#else
#define SMALLM_BEGIN_DECLS
#define SMALLM_END_DECLS
#endif

#define SMALLM_API __attribute__((visibility("default")))

#endif
