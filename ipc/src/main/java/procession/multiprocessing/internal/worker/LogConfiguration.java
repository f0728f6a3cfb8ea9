// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.worker;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Properties;
import java.util.logging.LogManager;
import procession.multiprocessing.internal.launch.LogSettings;

/**
 * Configures {@code java.util.logging} in a worker, which makes one of these when something is logged for the first
 * time: everything goes to the parent, from the levels on that this listens to.
 */
public final class LogConfiguration {
    /**
     * Configures it.
     *
     * @throws IOException never
     */
    public LogConfiguration() throws IOException {
        Properties properties = new Properties();
        properties.setProperty("handlers", LogHandler.class.getName());
        properties.setProperty(".level", "INFO");
        LogLink link = LogLink.get();
        String levels = LogSettings.levelsOfThisWorker();
        if (levels.isEmpty() && link != null) {
            levels = link.askForLevels();
        }
        for (String each : levels.split("\n", -1)) {
            int equals = each.lastIndexOf('=');
            if (equals >= 0) {
                properties.setProperty(each.substring(0, equals) + ".level", each.substring(equals + 1));
            }
        }
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        properties.store(text, null);
        LogManager.getLogManager().readConfiguration(new ByteArrayInputStream(text.toByteArray()));
    }
}
