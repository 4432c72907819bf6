# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2154
# Nginx as debian/rules has it: mail and stream are modules that it loads. Left out
# are the modules that need libraries of their own (geoip, image filter, perl, xslt).
export DEB_BUILD_MAINT_OPTIONS=hardening=+all
programs='objs/nginx objs/ngx_mail_module.so objs/ngx_stream_module.so'
no_suite="ships none; upstream's are in a repository of their own"
generated=objs/ngx_modules.c
inputs='auto/modules auto/options configure'

configure() {
    ./configure --with-cc="$CC" --with-cc-opt="$CFLAGS -fPIC $CPPFLAGS" \
        --with-ld-opt="$LDFLAGS -fPIC" \
        --prefix=/usr/share/nginx --error-log-path=stderr --modules-path=/usr/lib/nginx/modules \
        --with-compat --with-debug --with-pcre-jit --with-http_ssl_module \
        --with-http_stub_status_module --with-http_realip_module --with-http_auth_request_module \
        --with-http_v2_module --with-http_dav_module --with-http_slice_module --with-threads \
        --with-http_addition_module --with-http_flv_module --with-http_gunzip_module \
        --with-http_gzip_static_module --with-http_mp4_module --with-http_random_index_module \
        --with-http_secure_link_module --with-http_sub_module --with-mail_ssl_module \
        --with-stream_ssl_module --with-stream_ssl_preread_module --with-stream_realip_module \
        --with-mail=dynamic --with-stream=dynamic
}

build() { make -j"$jobs"; }
