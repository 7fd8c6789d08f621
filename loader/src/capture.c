#include "capture.h"

#include "error.h"

smallm_status smallm_capture_guard(const struct smallm_hip *hip, void *stream, const char *call) {
    hipStreamCaptureStatus capture = hipStreamCaptureStatusNone;
    hipError_t error = hip->hipStreamIsCapturing(stream, &capture);
    /* The default stream while another one, which it would wait for, is captured. */
    if (error != hipErrorStreamCaptureImplicit) {
        if (error != hipSuccess)
            return smallm_hip_check(hip, error, "hipStreamIsCapturing");
        if (capture == hipStreamCaptureStatusNone)
            return SMALLM_OK;
    }
    return smallm_fail(SMALLM_ERROR_CAPTURE,
                       "stream %p is being captured into a graph and there is no plan for this problem yet; before the "
                       "capture begins, make the same call once, or make a plan with %s_plan_create and give that to "
                       "%s_execute",
                       stream, call, call);
}
