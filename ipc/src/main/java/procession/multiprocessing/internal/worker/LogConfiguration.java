// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.worker;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.logging.LogManager;
import procession.multiprocessing.internal.launch.LogSettings;

/**
 * Configures {@code java.util.logging} in a worker, which makes one of these when something is logged for the first
 * time: everything goes to the parent, from the levels on that this listens to.
 */
public final class LogConfiguration {
    private static final HexFormat HEX = HexFormat.of();

    /**
     * Configures it.
     *
     * @throws IOException never
     */
    public LogConfiguration() throws IOException {
        StringBuilder text = new StringBuilder();
        add("handlers", LogHandler.class.getName(), text);
        add(".level", "INFO", text);
        LogLink link = LogLink.get();
        String levels = LogSettings.levelsOfThisWorker();
        if (levels.isEmpty() && link != null) {
            levels = link.askForLevels();
        }
        for (String each : levels.split("\n", -1)) {
            int equals = each.lastIndexOf('=');
            if (equals >= 0) {
                add(each.substring(0, equals) + ".level", each.substring(equals + 1), text);
            }
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
        LogManager.getLogManager().readConfiguration(new ByteArrayInputStream(bytes));
    }

    /** Not by {@code Properties.store}, whose date costs each start the loading of time zones and their names. */
    private static void add(String key, String value, StringBuilder text) {
        addEscaped(key, text);
        text.append('=');
        addEscaped(value, text);
        text.append('\n');
    }

    private static void addEscaped(String words, StringBuilder text) {
        for (int i = 0; i < words.length(); i++) {
            char next = words.charAt(i);
            if ((next >= '0' && next <= '9')
                    || (next >= 'A' && next <= 'z' && next != '\\')
                    || next == '.'
                    || next == '-') {
                text.append(next);
            } else {
                text.append("\\u").append(HEX.toHexDigits(next));
            }
        }
    }
}
