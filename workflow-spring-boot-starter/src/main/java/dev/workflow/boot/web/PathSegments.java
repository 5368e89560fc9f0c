package dev.workflow.boot.web;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;

import org.springframework.web.util.UriUtils;

/**
 * Ids and names as a part of a path. Web servers, proxies and firewalls refuse some
 * characters there however they are encoded, a slash above all; so every id may also be
 * written as {@code base64:} and the base64url of its UTF-8, and one that could not pass
 * otherwise is.
 */
final class PathSegments {

    private static final String MARK = "base64:";

    /**
     * What servers refuse, or take for something else, and the only operation whose name
     * stands where an id may stand.
     */
    private static final Pattern REFUSED = Pattern
        .compile("[/\\\\;%\\p{Cntrl}\u2028\u2029]|^\\.{1,2}$|^count$|^" + MARK);

    private PathSegments() {
    }

    /**
     * A segment that means the id: at most 4,000 characters, so that it fits into a
     * header.
     */
    static String encode(String id) {
        return REFUSED.matcher(id).find()
                ? MARK + Base64.getUrlEncoder().withoutPadding().encodeToString(id.getBytes(StandardCharsets.UTF_8))
                : UriUtils.encode(id, StandardCharsets.UTF_8);
    }

    /**
     * The id that a segment means, which is percent-decoded already.
     * @param name what it is, for the one who wrote it
     */
    static String decode(String name, String segment) {
        if (!segment.startsWith(MARK)) {
            return segment;
        }
        try {
            byte[] id = Base64.getUrlDecoder().decode(segment.substring(MARK.length()));
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(id)).toString();
        }
        catch (IllegalArgumentException | CharacterCodingException ex) {
            throw new IllegalArgumentException(name + ": expected the base64url of a UTF-8 text after '" + MARK + "'",
                    ex);
        }
    }

}
