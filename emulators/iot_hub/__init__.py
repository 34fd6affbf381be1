"""An IoT Hub that is not Azure's: registry, bulk calls, import and export jobs over HTTPS."""
