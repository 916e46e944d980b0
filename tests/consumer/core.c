/* SPDX-License-Identifier: MIT */
/* core.c - a host of svasim::svasim: can an installed core be found, linked and called? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <svasim/mem.h>
#include <svasim/svasim.h>
#include <svasim/version.h>

int main(void)
{
    svasim_config *config = svasim_config_create();
    svasim_mem *mem = svasim_mem_create(0, NULL);
    svasim_ports ports = SVASIM_PORTS_INIT;
    svasim *unit = NULL;
    if (config == NULL || mem == NULL)
        return EXIT_FAILURE;
    svasim_mem_ports(mem, &ports);
    if (svasim_create(&unit, config, &ports, NULL) != SVASIM_OK) {
        fprintf(stderr, "create: %s\n", svasim_config_error(config));
        return EXIT_FAILURE;
    }

    /* Translation is off after reset: the address passes unchanged. */
    svasim_request request = {
        .address = 0x12340, .length = 64, .pasid = SVASIM_NO_PASID, .source_id = 0x0010};
    svasim_response response;
    svasim_err err = svasim_translate(unit, &request, &response);
    int good =
        err == SVASIM_OK && response.address == request.address && strcmp(SVASIM_VERSION, "") != 0;
    printf("svasim %s: %s\n", SVASIM_VERSION, good ? "good" : svasim_error(unit));

    svasim_destroy(unit);
    svasim_mem_destroy(mem);
    svasim_config_destroy(config);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
